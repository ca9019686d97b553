import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBase, isFresh, keepBase, MAX_AGE, unfinishedBase } from '../../src/image/base-cache.ts';

test.each([
  [1000, 1000, true],
  [1000, 1000 + MAX_AGE - 1, true],
  [1000, 1000 + MAX_AGE, false],
  [1000, 999, false],
])('made at %d, looked at at %d: fresh is %s', (made, now, answer) =>
  expect(isFresh(made, now)).toBe(answer),
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-image-cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

const keep = async (key: string, made = 5000): Promise<void> => {
  const file = await unfinishedBase(folder, key);
  await writeFile(file, key);
  await keepBase(folder, key, file, { epoch: 1000, made, packages: 'digest' });
};

test('what was kept is found, with what is known of it', async () => {
  await keep('a1');
  expect(await findBase(folder, 'a1', 6000)).toEqual({
    file: join(folder, 'base-a1.tar.zst'),
    epoch: 1000,
    made: 5000,
    packages: 'digest',
  });
});

test.each<[string, string, number, () => Promise<void>]>([
  ['another key', 'b2', 6000, async () => {}],
  ['too old', 'a1', 5000 + MAX_AGE, async () => {}],
  ['tar gone', 'a1', 6000, () => rm(join(folder, 'base-a1.tar.zst'))],
  ['facts gone', 'a1', 6000, () => rm(join(folder, 'base-a1.json'))],
  ['half of the facts', 'a1', 6000, () => writeFile(join(folder, 'base-a1.json'), '{"epo')],
])('not found: %s', async (_, key, now, spoil) => {
  await keep('a1');
  await spoil();
  expect(await findBase(folder, key, now)).toBeUndefined();
});

test.each([
  [`.base-a1.${process.pid}.tmp`, true],
  // No process has this number: it is above the kernel's largest.
  ['.base-a1.4194305.tmp', false],
  ['base-a1.json', true],
])('of earlier builds, %s stays: %s', async (name, stays) => {
  await writeFile(join(folder, name), '');
  await unfinishedBase(folder, 'b2');
  expect((await readdir(folder)).includes(name)).toBe(stays);
});

test('six are kept, the oldest go', async () => {
  for (const [index, key] of ['a1', 'b2', 'c3', 'd4', 'e5', 'f6', 'a7'].entries()) {
    await keep(key);
    await utimes(join(folder, `base-${key}.json`), index, index);
  }
  await keep('b8');
  expect((await readdir(folder)).sort()).toEqual([
    ...['a7', 'b8', 'c3', 'd4', 'e5', 'f6'].flatMap((key) => [`base-${key}.json`, `base-${key}.tar.zst`]),
  ]);
});
