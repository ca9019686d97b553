import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addToken, deviceTokens, isToken, removeToken } from '../../../src/relay/metadata/tokens.ts';

const NOW = 1_700_000_000;
const DAY = 86_400;

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tokens-'));
  file = join(home, 'metadata.json');
});
afterEach(() => rmSync(home, { recursive: true }));
const kept = () => JSON.parse(readFileSync(file, 'utf8'));
const keep = (value: unknown) => writeFileSync(file, JSON.stringify(value));

test.each([
  ['openpgp:abc/+=', true],
  ['x'.repeat(4096), true],
  ['x'.repeat(4097), false],
  ['', false],
  ['a b', false],
  ['a\tb', false],
  ['a\n', false],
  ['ü', false],
])('%j may be a token: %s', (text, answer) => expect(isToken(text)).toBe(answer));

test('tokens are added, are not doubled and are removed', () => {
  expect(deviceTokens(home, NOW)).toEqual([]);
  addToken(home, 'b', NOW);
  addToken(home, 'a', NOW);
  addToken(home, 'b', NOW);
  expect(deviceTokens(home, NOW)).toEqual(['b', 'a']);
  expect(kept()).toEqual({ devicetoken: { b: NOW, a: NOW } });
  removeToken(home, 'b', NOW);
  removeToken(home, 'unknown', NOW);
  expect(kept()).toEqual({ devicetoken: { a: NOW } });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(home)).toEqual(['metadata.json']);
});

test.each<[string, unknown, readonly string[]]>([
  ['nothing', {}, []],
  ['a dictionary', { devicetoken: { a: NOW, b: NOW - 5 } }, ['a', 'b']],
  ['a list, of an older relay', { devicetoken: ['a', 'b'] }, ['a', 'b']],
  ['90 days and what is older', { devicetoken: { a: NOW - 90 * DAY, b: NOW - 90 * DAY + 1 } }, ['b']],
  ['times of the future', { devicetoken: { a: NOW + 59, b: NOW + 60 } }, ['a']],
  ['times that are none', { devicetoken: { a: 'x', b: null, c: {} } }, []],
  [
    'names of an object',
    JSON.parse(`{"devicetoken":{"__proto__":${NOW},"toString":${NOW}}}`),
    ['__proto__', 'toString'],
  ],
  ['tokens that are none', { devicetoken: ['a b', 1, null, {}, 'c'] }, ['c']],
  ['no tokens', { devicetoken: null }, []],
  ['a text', { devicetoken: 'abc' }, []],
  ['a number', { devicetoken: 7 }, []],
  ['a time that is no primitive', { devicetoken: { abc: { toString: 0, valueOf: 0 } } }, []],
  ['an array', [1, 2], []],
  ['null', null, []],
])('%s is read', (_, value, tokens) => {
  keep(value);
  expect(deviceTokens(home, NOW)).toEqual(tokens);
  // and is the same once it was written
  expect(deviceTokens(home, NOW)).toEqual(tokens);
});

test('a list becomes a dictionary, whose tokens age from now on', () => {
  keep({ devicetoken: ['a', 'b'], other: [1] });
  deviceTokens(home, NOW);
  expect(kept()).toEqual({ devicetoken: { a: NOW, b: NOW }, other: [1] });
});

test('other keys stay, and what is expired goes', () => {
  keep({ devicetoken: { old: 5, new: NOW }, other: { deep: [1, null] } });
  deviceTokens(home, NOW);
  expect(kept()).toEqual({ devicetoken: { new: NOW }, other: { deep: [1, null] } });
});

test('a file that is damaged counts for nothing and is replaced', () => {
  writeFileSync(file, '{"devicetoken": {"a"');
  expect(deviceTokens(home, NOW)).toEqual([]);
  addToken(home, 'b', NOW);
  expect(kept()).toEqual({ devicetoken: { b: NOW } });
});

test('what does not change is not written, and a token in use is noted once a day', () => {
  keep({ devicetoken: { a: NOW - DAY + 1 } });
  utimesSync(file, 5, 5);
  deviceTokens(home, NOW);
  addToken(home, 'a', NOW);
  expect(statSync(file).mtimeMs).toBe(5000);
  addToken(home, 'a', NOW + 1);
  expect(kept()).toEqual({ devicetoken: { a: NOW + 1 } });
});

test('an address has at most 50; the one set longest ago goes', () => {
  const names = Array.from({ length: 52 }, (_, i) => `t${i}`);
  for (const [i, name] of names.entries()) addToken(home, name, NOW + i);
  expect(deviceTokens(home, NOW + 60)).toEqual(names.slice(2));
});

test('a mailbox that is not there is not made', () => {
  const gone = join(home, 'gone');
  expect(deviceTokens(gone, NOW)).toEqual([]);
  expect(() => addToken(gone, 'a', NOW)).toThrow('ENOENT');
  expect(readdirSync(home)).toEqual([]);
});

test('whatever is in the file, reading gives tokens', () =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.object().map((o) => JSON.stringify({ devicetoken: o })),
      ),
      (text) => {
        writeFileSync(file, text);
        expect(deviceTokens(home, NOW).every(isToken)).toBe(true);
        addToken(home, 'mine', NOW);
        expect(deviceTokens(home, NOW)).toContain('mine');
      },
    ),
  ));
