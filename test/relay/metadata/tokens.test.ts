import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

test('tokens are added, are not doubled and are removed', async () => {
  expect(deviceTokens(home, NOW)).toEqual([]);
  await addToken(home, 'b', NOW);
  await addToken(home, 'a', NOW);
  await addToken(home, 'b', NOW);
  expect(deviceTokens(home, NOW)).toEqual(['b', 'a']);
  expect(kept()).toEqual({ devicetoken: { b: NOW, a: NOW } });
  await removeToken(home, 'b', NOW);
  await removeToken(home, 'unknown', NOW);
  expect(kept()).toEqual({ devicetoken: { a: NOW } });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(home)).toEqual(['metadata.json']);
});

test.each<[string, unknown, readonly string[]]>([
  ['nothing', {}, []],
  ['a dictionary', { devicetoken: { a: NOW, b: NOW - 5 } }, ['a', 'b']],
  ['a list, of an older relay', { devicetoken: ['a', 'b'] }, ['a', 'b']],
  ['90 days and what is older', { devicetoken: { a: NOW - 90 * DAY, b: NOW - 90 * DAY + 1 } }, ['b']],
  [
    'times of the future, of a clock that was wrong',
    { devicetoken: { a: NOW + 59, b: NOW + 700 * DAY } },
    ['a', 'b'],
  ],
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

test('a list becomes a dictionary, whose tokens age from now on', async () => {
  keep({ devicetoken: ['a', 'b'], other: [1] });
  await addToken(home, 'a', NOW);
  expect(kept()).toEqual({ devicetoken: { a: NOW, b: NOW }, other: [1] });
});

test('other keys stay, and a clock that is wrong deletes no token', async () => {
  const all = { devicetoken: { old: 5, new: NOW }, other: { deep: [1, null] } };
  keep(all);
  expect(deviceTokens(home, NOW)).toEqual(['new']);
  expect(deviceTokens(home, NOW + 730 * DAY)).toEqual([]);
  await addToken(home, 'third', NOW + 730 * DAY);
  expect(deviceTokens(home, NOW)).toEqual(['new', 'third']);
  expect(kept()).toEqual({ ...all, devicetoken: { ...all.devicetoken, third: NOW + 730 * DAY } });
  await addToken(home, 'third', NOW);
  expect(kept().devicetoken.third).toBe(NOW);
});

test('a file that is damaged counts for nothing and is replaced', async () => {
  writeFileSync(file, '{"devicetoken": {"a"');
  expect(deviceTokens(home, NOW)).toEqual([]);
  await addToken(home, 'b', NOW);
  expect(kept()).toEqual({ devicetoken: { b: NOW } });
});

test('what does not change is not written, and a token in use is noted once a day', async () => {
  keep({ devicetoken: { a: NOW - DAY + 1 } });
  utimesSync(file, 5, 5);
  deviceTokens(home, NOW);
  await addToken(home, 'a', NOW);
  expect(statSync(file).mtimeMs).toBe(5000);
  await addToken(home, 'a', NOW + 1);
  expect(kept()).toEqual({ devicetoken: { a: NOW + 1 } });
});

test('an address has at most 50; the one set longest ago goes', async () => {
  const names = Array.from({ length: 52 }, (_, i) => `t${i}`);
  for (const [i, name] of names.entries()) await addToken(home, name, NOW + i);
  expect(deviceTokens(home, NOW + 60)).toEqual(names.slice(2));
});

test('a mailbox that is not there is not made', async () => {
  const gone = join(home, 'gone');
  expect(deviceTokens(gone, NOW)).toEqual([]);
  await expect(addToken(gone, 'a', NOW)).rejects.toThrow('ENOENT');
  expect(readdirSync(home)).toEqual([]);
});

test('whatever is in the file, reading gives tokens', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.object().map((o) => JSON.stringify({ devicetoken: o })),
      ),
      async (text) => {
        writeFileSync(file, text);
        expect(deviceTokens(home, NOW).every(isToken)).toBe(true);
        await addToken(home, 'mine', NOW);
        expect(deviceTokens(home, NOW)).toContain('mine');
      },
    ),
  ));

test('while a slow disk syncs one change, nothing else waits, and changes keep their order', async () => {
  const file = await open(home);
  const sync = vi.spyOn(Object.getPrototypeOf(file) as FileHandle, 'sync');
  await file.close();
  let release = () => {};
  sync.mockImplementationOnce(
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  const done: string[] = [];
  const first = addToken(home, 'a', NOW).then(() => done.push('a'));
  await vi.waitFor(() => expect(sync).toHaveBeenCalled());
  const second = addToken(home, 'b', NOW).then(() => done.push('b'));
  const other = mkdtempSync(join(tmpdir(), 'tokens-'));
  await addToken(other, 'c', NOW);
  expect(deviceTokens(other, NOW)).toEqual(['c']);
  expect(deviceTokens(home, NOW)).toEqual([]);
  expect(done).toEqual([]);
  release();
  await Promise.all([first, second]);
  expect(done).toEqual(['a', 'b']);
  expect(deviceTokens(home, NOW)).toEqual(['a', 'b']);
  rmSync(other, { recursive: true });
  sync.mockRestore();
});
