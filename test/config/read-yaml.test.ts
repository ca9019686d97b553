import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Layer } from '../../src/config/check-entries.ts';
import type { SettingsProblem } from '../../src/config/problem.ts';
import { readYaml } from '../../src/config/read-yaml.ts';
import { SETTING_NAMES } from '../../src/config/schema.ts';

const read = (text: string, under?: string) =>
  readYaml({ name: 'test.yaml', text }, under === undefined ? {} : { under });

/** `code path line:"what the range covers"`, which is what matters of a problem. */
const brief = ({ code, path, range, source }: SettingsProblem): string => {
  if (!range || !source) return code;
  const line = source.text.slice(0, range.start).split('\n').length;
  return `${code} ${path.join('.')} ${line}:${source.text.slice(range.start, range.end)}`;
};
const briefly = ({ problems }: Layer) => problems.map(brief);

describe('good settings', () => {
  test.each<[string, string, object]>([
    ['nothing', '', {}],
    ['comments', '# none\n', {}],
    ['null', 'null\n', {}],
    ['a document start', '---\nmail_domain: a.org\n...\n', { mail_domain: 'a.org' }],
    ['a mark of byte order', '\ufeffmail_domain: a.org\n', { mail_domain: 'a.org' }],
    ['CRLF', 'mail_domain: a.org\r\nmax_load_1m: 3\r\n', { mail_domain: 'a.org', max_load_1m: 3 }],
    ['JSON', '{"mail_domain": "a.org", "max_load_1m": 3}', { mail_domain: 'a.org', max_load_1m: 3 }],
    ['empty values', 'mail_domain:\nacme_email: ~\nprivacy_pdo: ""\n', {}],
    ['an empty URL', 'iroh_relay: ""\n', { iroh_relay: '' }],
    ['folded text', 'privacy_postal: >-\n  A\n  B\n', { privacy_postal: 'A B' }],
    ['one line in a block', 'privacy_postal: |\n  A\n', { privacy_postal: 'A' }],
    ['an address', 'mail_domain: 192.0.2.1\n', { mail_domain: '192.0.2.1' }],
    ['other notations', 'max_load_1m: 0x10\ndisable_ipv6: True\n', { max_load_1m: 16, disable_ipv6: true }],
    [
      'a list',
      'tls_external_cert_and_key:\n  - /a/c.pem\n  - /a/k.pem\n',
      { tls_external_cert_and_key: ['/a/c.pem', '/a/k.pem'] },
    ],
  ])('%s', (_, text, value) => expect(read(text)).toMatchObject({ ok: true, value, problems: [] }));
});

test('where each setting was set is kept', () => {
  const source = { name: 'test.yaml', text: 'max_load_1m: 3\nacme_email:\n' };
  expect(readYaml(source).places).toEqual({ max_load_1m: { source, range: { start: 13, end: 14 } } });
});

describe('problems and their places', () => {
  test.each<[string, readonly string[]]>([
    ['a: 1\n', ['unknown-setting a 1:a']],
    ['"a b": 1\n', ['unknown-setting a b 1:"a b"']],
    ['? [x]\n: 1\n', ['unknown-setting [x] 1:[x]']],
    [
      'constructor: 1\n__proto__: 2\n',
      ['unknown-setting constructor 1:constructor', 'unknown-setting __proto__ 2:__proto__'],
    ],
    ['max_load_1m: 1\nmax_load_1m: 2\n', ['duplicate-setting max_load_1m 2:max_load_1m']],
    ['max_load_1m: # why\n  five # so\n', ['wrong-type max_load_1m 2:five']],
    ['- 1\n', ['not-a-mapping  1:- 1\n']],
    ['text', ['not-a-mapping  1:text']],
    ['max_load_1m: *x\n', ['unsupported-yaml max_load_1m 1:*x']],
    ['max_load_1m: &x 5\n', ['unsupported-yaml max_load_1m 1:5']],
    ['max_load_1m: !!int 5\n', ['unsupported-yaml max_load_1m 1:5']],
    ['!!map {max_load_1m: 5}\n', ['unsupported-yaml  1:{max_load_1m: 5}']],
    ['&a {max_load_1m: 5}\n', ['unsupported-yaml  1:{max_load_1m: 5}']],
    ['max_load_1m: 5\n---\nmax_load_1m: 6\n', ['unsupported-yaml  2:---\nmax_load_1m: 6\n']],
    ['max_load_1m: 0\nx: "a\ny: 1\n', ['out-of-range max_load_1m 1:0', 'syntax  2:"a\ny: 1\n']],
    ['privacy_pdo: "a" b c\nx: 1\n', ['syntax  1:b c']],
    ['#'.repeat(65_537), ['too-large']],
  ])('%j', (text, problems) => {
    const layer = read(text);
    expect(layer.ok).toBe(false);
    expect(briefly(layer)).toEqual(problems);
  });

  test.each([
    [1 << 20, true],
    [(1 << 20) + 1, false],
  ])('a cloud-config of %d characters: read: %s', (length, isRead) => {
    const text = 'chatmail: {mail_domain: chat.example}\n'.padEnd(length, '#');
    expect(readYaml({ name: 'user-data', text }, { under: 'chatmail' }).ok).toBe(isRead);
  });
  test('a text of 64 KiB is not too large', () => expect(read('#'.repeat(65_536)).ok).toBe(true));

  test('an alias bomb is refused, not expanded', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [i, c] of [...'bcdefghijk'].entries())
      lines.push(`${c}: &${c} [${Array(9).fill(`*${'abcdefghijk'[i]}`).join(',')}]`);
    const layer = read(lines.join('\n'));
    expect(new Set(layer.problems.map(({ code }) => code))).toEqual(new Set(['unsupported-yaml']));
  });

  test.each(['[', '{a: ', '- ', '? '])('a text nested too deeply with %j', (open) => {
    expect(read(open.repeat(65_536 / open.length)).ok).toBe(false);
  });
});

describe('under a key of a cloud-config', () => {
  test.each<[string, string, object]>([
    ['found', '#cloud-config\nchatmail:\n  max_load_1m: 3\nruncmd: [x]\n', { max_load_1m: 3 }],
    ['absent', '#cloud-config\nruncmd: [x]\n', {}],
    ['empty', 'chatmail:\n', {}],
    ['others may have anchors', 'a: &a !x 1\nb: *a\na: 2\nchatmail: {max_load_1m: 3}\n', { max_load_1m: 3 }],
    ['no mapping at all', 'echo hello\n', {}],
    ['no text at all', '', {}],
  ])('%s', (_, text, value) => expect(read(text, 'chatmail')).toMatchObject({ ok: true, value }));

  test.each<[string, readonly string[]]>([
    ['chatmail:\n  foo: 1\n', ['unknown-setting foo 2:foo']],
    ['chatmail: 5\n', ['not-a-mapping  1:5']],
    ['chatmail: &a {}\n', ['unsupported-yaml  1:{}']],
    ['chatmail: {}\nchatmail: {}\n', ['duplicate-setting chatmail 2:chatmail']],
    ['chatmail:\n  max_load_1m: x\nb: [1\n', ['wrong-type max_load_1m 2:x', 'syntax  4:']],
  ])('%j', (text, problems) => expect(briefly(read(text, 'chatmail'))).toEqual(problems));
});

describe('whatever the text', () => {
  const word = fc.constantFrom(
    ...SETTING_NAMES.slice(0, 6),
    ...[
      'chatmail',
      ': ',
      ':',
      ' ',
      '\n',
      '\n  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '"',
      "'",
      '|',
      '>',
      '&a ',
      '*a',
      '!!str ',
    ],
    ...[
      '#',
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '? ',
      '<<',
      '\t',
      '\r\n',
      '500M',
      '1',
      'true',
      '~',
      '@',
      '\\',
      '\ufeff',
      'é',
      '\u{1f4a9}',
    ],
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
  );

  test.each([undefined, 'chatmail'])('it does not throw, and ranges lie in the text (under %s)', (under) => {
    fc.assert(
      fc.property(text, (written) => {
        const layer = read(written, under);
        expect(layer.ok).toBe(layer.problems.length === 0);
        for (const { range, source } of layer.problems) {
          expect(source?.text).toBe(written);
          if (!range) continue;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThanOrEqual(written.length);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
