import { execaSync } from 'execa';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  cloudConfig,
  type Mapping,
  plainOrQuoted,
  quoteReadably,
  type Value,
} from '../../src/config/write-yaml.ts';

/** What PyYAML, which cloud-init reads with, makes of many documents. */
const python = (documents: readonly string[]): unknown[] => {
  const script = 'import json,sys,yaml; print(json.dumps([yaml.safe_load(d) for d in json.load(sys.stdin)]))';
  const { stdout } = execaSync('/usr/bin/python3', ['-c', script], { input: JSON.stringify(documents) });
  return JSON.parse(stdout) as unknown[];
};

const HOSTILE = [
  ...['', ' ', 'a', 'yes', 'null', '~', '1', '0644', '1e3', '0x1f', '12:30:45', '2026-01-01', '=', '<<'],
  ...["it's", '"', '\\', '\\n', '${HOME}', '$(id)', '`id`', '# no comment', 'a # b', 'a: b', '- a', '? a'],
  ...[
    '{a: b}',
    '[a]',
    '&a',
    '*a',
    '!a',
    '%a',
    '@a',
    '|',
    '>',
    '--- a',
    '...',
    'a\n',
    '\na',
    'a\n\n',
    ' a\nb\n',
  ],
  ...[
    'a\nb',
    'a\nb\n',
    'a\tb',
    '\ta',
    'a\r\nb\n',
    '\0',
    '\x07',
    '\x1b[31m',
    '\x7f',
    '\x80',
    '\x85',
    '\x9f',
    '\xa0',
  ],
  ...[
    'é',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\ufffe',
    '😀',
    'END\n',
    'a\nEND\nb\n',
    'ENDEND\n',
    '#cloud-config\n',
  ],
];

test('hostile texts arrive as they are, by YAML 1.2 and by cloud-init’s YAML 1.1', () => {
  const configs = HOSTILE.flatMap((text): Mapping[] => [
    { key: text },
    { list: [text, [text], { key: text }] },
    { map: { inner: text, list: [{ a: text, b: [text] }] } },
    { [text || 'empty']: 1 },
  ]);
  const texts = configs.map(cloudConfig);
  for (const [n, text] of texts.entries()) {
    expect(text).toMatch(/^#cloud-config\n[\x20-\x7e\n\t]*$/);
    expect(parse(text)).toEqual(configs[n]);
  }
  expect(python(texts)).toEqual(configs);
});

const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...' \n\t:#-[]{}"\'\\$`ax') }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: fc.constantFrom(...'ax:- #\n"') }), tie('value'), { maxKeys: 4 }),
  ),
})).value;

test('anything arrives as it is', () => {
  const configs = fc.sample(
    fc.dictionary(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), value, { maxKeys: 3 }),
    300,
  ) as Mapping[];
  const texts = configs.map(cloudConfig);
  const plain = JSON.parse(JSON.stringify(configs)) as unknown[];
  expect(texts.map((text) => parse(text))).toEqual(plain);
  expect(python(texts)).toEqual(plain);
});

test('an empty one is a mapping too', () => {
  expect(cloudConfig({})).toBe('#cloud-config\n{}\n');
});

test.each([
  ['_chat.example.org', '_chat.example.org'],
  ['198.51.100.7', '198.51.100.7'],
  ['04:00', '04:00'],
  ['https://example.org:8443/a', 'https://example.org:8443/a'],
  ['you@example.org', 'you@example.org'],
  ['/srv/www', '/srv/www'],
  ['12345', '"12345"'],
  ['1.5', '"1.5"'],
  ['yes', '"yes"'],
  ['null', '"null"'],
  ['a: b', '"a: b"'],
  ['a:', '"a:"'],
  ['', '""'],
  ['Stra\u00dfe 1\u0085', '"Stra\u00dfe 1\\x85"'],
])('%j is written for people as %s', (text, yaml) => {
  expect(plainOrQuoted(text, quoteReadably)).toBe(yaml);
  expect(parse(yaml)).toBe(text);
});
