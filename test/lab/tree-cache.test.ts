import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cachedTree, treeCache } from '../../src/lab/tree-cache.ts';

let folder = '';
let cache = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-test-'));
  cache = join(folder, 'cache');
});
afterEach(() => rm(folder, { recursive: true }));

const makeTar = async (content: string): Promise<string> => {
  const source = join(folder, 'source');
  await mkdir(join(source, 'dev'), { recursive: true });
  await writeFile(join(source, 'file'), content);
  await writeFile(join(source, 'dev/node'), '');
  await promisify(execFile)('tar', ['-C', source, '-cf', join(folder, 'a:b.tar'), '.']);
  return join(folder, 'a:b.tar');
};

test('a tar is extracted once, without its devices', async () => {
  const tar = await makeTar('one');
  let extractions = 0;
  const options = { cache, onExtract: () => extractions++ };
  const trees = [await cachedTree(tar, options), await cachedTree(tar, options)];
  expect(trees[0]).toBe(trees[1]);
  expect(extractions).toBe(1);
  expect(await readFile(join(trees[0] ?? '', 'file'), 'utf8')).toBe('one');
  expect(await readdir(join(trees[0] ?? '', 'dev'))).toEqual([]);
});

test('another content is another tree', async () => {
  const first = await cachedTree(await makeTar('one'), { cache });
  const second = await cachedTree(await makeTar('two'), { cache });
  expect(second).not.toBe(first);
  expect(await readFile(join(second, 'file'), 'utf8')).toBe('two');
});

test('two at once agree', async () => {
  const tar = await makeTar('one');
  const [a, b] = await Promise.all([cachedTree(tar, { cache }), cachedTree(tar, { cache })]);
  expect(a).toBe(b);
});

test('a broken tar leaves nothing', async () => {
  const tar = join(folder, 'broken.tar');
  await writeFile(tar, 'x'.repeat(2000));
  await expect(cachedTree(tar, { cache })).rejects.toThrow(/tar/);
  expect((await readdir(cache)).filter((name) => !name.endsWith('.sha256'))).toEqual([]);
});

test('old trees are removed, but for the latest', async () => {
  for (let age = 2; age < 12; age++) {
    const tree = join(cache, `old-${age}`);
    await mkdir(tree, { recursive: true });
    await utimes(tree, 0, Date.now() / 1000 - age * 86_400);
  }
  await cachedTree(await makeTar('one'), { cache });
  expect((await readdir(cache)).filter((name) => name.startsWith('old')).sort()).toEqual([
    'old-2',
    'old-3',
    'old-4',
    'old-5',
  ]);
});

test.each([
  [{ XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/chatmail-image/trees'],
  [{ XDG_CACHE_HOME: '', HOME: '/h' }, '/h/.cache/chatmail-image/trees'],
])('%o keeps trees in %s', (env, expected) => {
  expect(treeCache(env)).toBe(expected);
});
