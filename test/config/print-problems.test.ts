import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countProblems, locate, printProblems } from '../../src/config/print-problems.ts';
import type { SettingsProblem } from '../../src/config/problem.ts';
import { readYaml } from '../../src/config/read-yaml.ts';

const problemIn = (text: string, start: number, end: number): SettingsProblem => ({
  code: 'no-effect',
  severity: 'warning',
  path: ['x'],
  source: { name: 'f', text },
  range: { start, end },
});

test('nothing to print', () => expect(printProblems([])).toBe(''));

test.each<[number, number, string]>([
  [1, 0, '1 error'],
  [2, 0, '2 errors'],
  [0, 1, '1 warning'],
  [2, 3, '2 errors and 3 warnings'],
  [0, 0, ''],
])('%s and %s: %s', (errors, warnings, text) => {
  const of = (severity: SettingsProblem['severity']): SettingsProblem => ({
    code: 'no-effect',
    severity,
    path: [],
  });
  const problems = [...Array(errors).fill(of('error')), ...Array(warnings).fill(of('warning'))];
  expect(countProblems(problems)).toBe(text);
});

test.each<[string, number, number, number, string]>([
  ['abc', 0, 1, 1, 'abc'],
  ['abc', 3, 1, 4, 'abc'],
  ['a\nb\n', 2, 2, 1, 'b'],
  ['a\nb\n', 4, 3, 1, ''],
  ['a\r\nb\r\n', 3, 2, 1, 'b'],
])('the place of %j at %s is %s:%s', (text, offset, line, column, shown) =>
  expect(locate(problemIn(text, offset, offset))).toEqual({ line, column, text: shown }),
);

describe('the line and the carets', () => {
  test.each<[string, string, number, number, readonly string[]]>([
    ['a word', 'x: word', 3, 7, ['1 | x: word', '  |    ^^^^']],
    ['the whole line', 'word', 0, 4, ['1 | word', '  | ^^^^']],
    ['nothing', 'x:', 2, 2, ['1 | x:', '  |   ^']],
    ['the end of the text', 'a\n', 2, 2, ['2 | ', '  | ^']],
    ['several lines', 'x: a\nb\nc', 3, 8, ['1 | x: a', '  |    ^']],
    ['after a tab', '\tx', 1, 2, ['1 |     x', '  |     ^']],
    ['after an emoji', '\u{1f4a9}x', 2, 3, ['1 | \\u{1f4a9}x', '  |          ^']],
    ['an escape', '\x1bx', 0, 1, ['1 | \\u{1b}x', '  | ^^^^^^']],
  ])('%s', (_, text, start, end, lines) => {
    const printed = printProblems([problemIn(text, start, end)]).split('\n');
    expect(printed.slice(1, 3)).toEqual(lines.map((line) => `  ${line}`));
  });

  test('a long line is cut around the place', () => {
    const text = `${'a'.repeat(500)}WORD${'b'.repeat(500)}`;
    const [, line = '', carets = ''] = printProblems([problemIn(text, 500, 504)], { width: 60 }).split('\n');
    expect(line.length).toBeLessThanOrEqual(60);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('WORD');
    expect(line).toMatch(/\| \.\.\.a+WORDb+\.\.\.$/);
  });

  test('whatever the text, the carets are as wide as what is meant, in the line', () => {
    const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), fc.integer({ min: 30, max: 120 }), (text, a, b, width) => {
        const [start = 0, end = 0] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y);
        const lines = printProblems([problemIn(text, start, end)], { width }).split('\n');
        expect(lines).toHaveLength(7);
        expect(lines[1]?.length).toBeLessThanOrEqual(width);
        expect(lines[2]?.length).toBeLessThanOrEqual(width + 1);
        expect(lines[2]).toMatch(/^ {4,}\| *\^+$/);
      }),
    );
  });
});

test('colour only when asked for', () => {
  const problems = readYaml({ name: 'f', text: 'max_load_1m: x\n' }).problems;
  expect(printProblems(problems)).not.toContain('\x1b');
  expect(printProblems(problems, { color: true })).toBe(
    [
      'f:1:14: \x1b[1;31merror\x1b[m: `max_load_1m` must be a number',
      '  1 | max_load_1m: x',
      '    | \x1b[1;31m             ^\x1b[m',
      '    \x1b[1;36mhint\x1b[m: write for example `7.5`',
      '',
      '1 error',
      '',
    ].join('\n'),
  );
});

test('a problem without a place', () => {
  expect(printProblems([{ code: 'missing-setting', severity: 'error', path: ['mail_domain'] }])).toBe(
    'error: `mail_domain` must be set\n\n1 error\n',
  );
});

test('the name of the source is escaped', () => {
  const problem = { ...problemIn('', 0, 0), source: { name: 'a\x1b[2J', text: '' } };
  expect(printProblems([problem])).toContain('a\\u{1b}[2J: ');
});

test.each([
  ['a value', 'acme_email: hunter2\n'],
  ['a value that could be meant', 'mail_domain: https://hunter2.example/\n'],
  ['a name', 'hunter2: 1\n'],
  ['a name, twice', 'hunter2: 1\nhunter2: 2\n'],
  ['a name in a word', 'max_mailbox_size-hunter2: 1\n'],
  ['a quote that does not end', 'acme_email: "hunter2\n'],
  ['a reserved character', 'acme_email: @hunter2\n'],
  ['a tag', 'acme_email: !hunter2 x\n'],
  ['an alias', 'acme_email: *hunter2\n'],
  ['a directive', '%hunter2 1\n---\na: b\n'],
  ['a bad escape', 'acme_email: "\\hunter2"\n'],
  ['a flow', 'acme_email: [hunter2\n'],
  ['text', 'hunter2\n'],
])('what everybody may read has a place, and nothing that the user wrote: %s', (_, text) => {
  const { problems } = readYaml({ name: 'user-data', text });
  const printed = printProblems(problems, { isPublic: true });
  expect(printed).toMatch(/^user-data:\d+:\d+: (error|warning): /);
  expect(printed).not.toMatch(/hunter|unter2/);
});

test('a hint in words of ours is for everybody', () => {
  const { problems } = readYaml({
    name: 'user-data',
    text: 'max_mailbox_sice: 1G\npassword_min_length: many\n',
  });
  expect(printProblems(problems, { isPublic: true })).toBe(`user-data:1:1: error: there is no such setting
    hint: did you mean \`max_mailbox_size\`?

user-data:2:22: error: \`password_min_length\` must be a whole number
    hint: write for example \`10\`

2 errors
`);
});
