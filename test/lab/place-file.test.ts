import { mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeFile } from '../../src/lab/place-file.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatmail-test-'));
});
afterEach(() => rm(root, { recursive: true }));

test('a file gets its folders, readable for everybody in the machine', async () => {
  const umask = process.umask(0o077);
  await placeFile(root, '/etc/a/b', 'text').finally(() => process.umask(umask));
  expect(await readFile(join(root, 'etc/a/b'), 'utf8')).toBe('text');
  const modes = await Promise.all(
    ['etc', 'etc/a', 'etc/a/b'].map(async (path) => (await stat(join(root, path))).mode),
  );
  expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(['755', '755', '644']);
});

test('a folder that is there stays as it is', async () => {
  await mkdir(join(root, 'root'), { mode: 0o700 });
  await placeFile(root, '/root/a', '');
  expect((await stat(join(root, 'root'))).mode & 0o777).toBe(0o700);
});

test.each([
  ['a link on the way', '/etc/a', 'etc'],
  ['a link in its place', '/file', 'file'],
])('%s is refused', async (_, path, link) => {
  await symlink('/nowhere', join(root, link));
  await expect(placeFile(root, path, '')).rejects.toThrow(`/${link} is a symbolic link in the image`);
});

test('no path leads out', async () => {
  await expect(placeFile(root, '/etc/../../x', '')).rejects.toThrow('cannot contain ..');
});
