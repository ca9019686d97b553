import { execaSync } from 'execa';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeExtra } from '../../src/cloud-init/extra.ts';
import { cloudConfig } from '../../src/config/write-yaml.ts';

/**
 * What PyYAML reads from each of many documents, with the type of every value and key; null where it refuses. One
 * process for all: it starts slowly.
 */
const SCRIPT = `
import json, sys, yaml
def typed(x):
    if isinstance(x, dict): return ['dict', sorted([[typed(k), typed(v)] for k, v in x.items()], key=repr)]
    if isinstance(x, list): return ['list', [typed(v) for v in x]]
    return [type(x).__name__, repr(x)]
def read(text):
    try: return typed(yaml.safe_load(text))
    except Exception: return None
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;
const python = (texts: readonly string[]): unknown[] =>
  JSON.parse(execaSync('/usr/bin/python3', ['-c', SCRIPT], { input: JSON.stringify(texts) }).stdout);

/** The text that is handed on; `undefined` where merging is refused. */
const merged = (text: string): string | undefined => {
  const { config, problems } = mergeExtra({}, { name: 'extra', text });
  return problems[0] ? undefined : cloudConfig(config);
};

const WORDS = [
  ...['y', 'n', 'Y', 'N', 'yes', 'No', 'ON', 'oFF', 'true', 'False', 'null', 'NULL', 'nUll', '~', ''],
  ...[
    '08',
    '09',
    '0644',
    '00',
    '0',
    '-0',
    '+0',
    '0o17',
    '0b101',
    '0x1F',
    '-0x1f',
    '0x',
    '0_7',
    '1_000',
    '1__',
    '_1',
  ],
  ...['9007199254740993', '-123456789012345678901234567890', '18446744073709551616', '999999999999999'],
  ...[
    '1e3',
    '1E3',
    '1.5e3',
    '1.5e+3',
    '1.e+3',
    '1.',
    '.5',
    '-.5',
    '.',
    '-.',
    '1.2.3',
    '1_0.5',
    '0.1',
    '1.0',
    '-0.0',
  ],
  ...['.inf', '-.Inf', '+.INF', '.nan', '.NaN', '-.nan', 'inf', 'nan'],
  ...['1:30', '01:30', '0:30', '1:60', '190:20:30', '-1:30', '1:30.5', '1:2:3:4', '22:22', 'ab:cd'],
  ...['2001-01-01', '2001-1-1', '2001-13-01', '2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43.10 -5'],
  ...['2001-12-14 21:59:43', '2001-12-15 2:59:43.10', '20010101', '12-12-12'],
  ...['"y"', "'08'", '!!str 08', '!!str y', '"\\x41\\u00e9\\U0001F600"', 'é', "it's", 'a b', '--', '+', '+1'],
  ...['192.0.2.1', '::1', '52:54:00:12:34:56', '04:00', '1,000', '10%', 'a#b', '0.0.0.0/0'],
];

/** Where a word may stand. */
const PLACES = [
  (word: string) => `a: ${word}\n`,
  (word: string) => `a: [${word}, [x, ${word}]]\n`,
  (word: string) => `a:\n- ${word}\n- - ${word}\n`,
  (word: string) => `a: {b: ${word}, c: {d: ${word}}}\n`,
  (word: string) => `a:\n  ${word === '' ? '?' : word}: 1\n`,
  (word: string) => `? ${word}\n: [{? ${word} : 1}]\n`,
  (word: string) => `x: &x ${word}\ny: *x\nz: {<<: {q: ${word}}, r: ${word}}\n`,
];

/** Texts that mean something else afterwards. Where `mayRefuse`, merging may, and what PyYAML refuses does not count. */
const unlike = (texts: readonly string[], mayRefuse: boolean) => {
  const documents = texts.map((text) => `#cloud-config\n${text}`);
  const results = documents.map(merged);
  const before = python(documents);
  const after = python(results.map((text) => text ?? ''));
  return documents.flatMap((text, n) => {
    const isRefused = results[n] === undefined || (mayRefuse && before[n] === null);
    const isSame = isRefused
      ? mayRefuse || before[n] === null
      : JSON.stringify(before[n]) === JSON.stringify(after[n]);
    return isSame ? [] : [{ text, result: results[n], before: JSON.stringify(before[n]) }];
  });
};

test('every word keeps what it is to PyYAML, wherever it stands', () => {
  expect(
    unlike(
      WORDS.flatMap((word) => PLACES.map((place) => place(word))),
      false,
    ),
  ).toEqual([]);
});

test('so does whatever looks like a number, a time or a date', () => {
  const word = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0127809_.:+-eExXbTZ ynfinaoNF~=<'), minLength: 1, maxLength: 12 }),
    fc.bigInt().map(String),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  const texts = fc.sample(fc.tuple(word, fc.constantFrom(...PLACES)), 1500).map(([one, place]) => place(one));
  expect(unlike(texts, true)).toEqual([]);
});

test.each([
  [
    'the case',
    'runcmd:\n- [echo, y, n, 08, 1e3]\ny: 1\n',
    'runcmd:\n- ["echo", "y", "n", "08", "1e3"]\n"y": 1\n',
  ],
  [
    'a key that is a number',
    'snap: {commands: {00: a, 08: b}}',
    'snap:\n commands:\n  00: "a"\n  "08": "b"\n',
  ],
  [
    'a mapping that is merged in',
    'a: &a {b: 1, c: 2}\nd: {<<: *a, b: 3}',
    'a:\n b: 1\n c: 2\nd:\n b: 3\n c: 2\n',
  ],
  [
    'several mappings, of which the first is stronger',
    'd: {<<: [{b: 1}, {b: 2, c: 2}]}',
    'd:\n b: 1\n c: 2\n',
  ],
  ['a colon elsewhere', 'a: ::1\nb: :c\n', 'a: "::1"\nb: ":c"\n'],
  ['nothing in a list', 'a:\n-\n- {}\n- []\n', 'a:\n- null\n- {}\n- []\n'],
])('%s is written so', (_, text, expected) => {
  expect(merged(`#cloud-config\n${text}`)).toBe(`#cloud-config\n${expected}`);
  expect(unlike([text], false)).toEqual([]);
});

test.each([
  ['=', 'a: =\n', '`=` needs quotes', [17, 18]],
  ['<< as a value', 'a: <<\n', '`<<` needs quotes', [17, 19]],
  ['<< of a text', 'a: {<<: b}\n', '`<<` takes a mapping', [22, 23]],
  ['a colon in brackets', 'a: [::1]\n', '`::1` needs quotes', [18, 21]],
  ['a tag', 'a: !!set {b}\n', 'the tag tag:yaml.org,2002:set cannot be merged', [23, 26]],
  ['a list as a key', '? [a]\n: b\n', 'a key must be a single value', [16, 19]],
  ['an alias to itself', 'a: &a [*a]\n', 'more than 100 aliases', [21, 23]],
  ['half of a character', 'a: "\\ud800"\n', 'half of a character', [17, 25]],
  ['a line that only YAML 1.1 ends', 'a: b\u2028c: d\n', 'cloud-init cannot read this character', [18, 19]],
  ['a control character', 'a: b\x07\n', 'cloud-init cannot read this character', [18, 19]],
])('%s is refused with its place', (_, text, message, [start, end]) => {
  const [problem] = mergeExtra({}, { name: 'extra', text: `#cloud-config\n${text}` }).problems;
  expect(problem).toMatchObject({ code: 'bad-extra', message, range: { start, end } });
});
