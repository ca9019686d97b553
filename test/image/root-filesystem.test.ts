import { expect, test } from 'vitest';
import { MiB, partitionsOf } from '../../src/image/partition-table.ts';
import { inodeTimes, makeFilesystemCommand } from '../../src/image/root-filesystem.ts';

test('the file system begins and ends with its partition', () => {
  const partition = partitionsOf(2048 * MiB).root;
  const argv = makeFilesystemCommand({
    tree: '/w/tree',
    disk: '/w/disk.raw',
    partition,
    uuid: 'u',
    epoch: 1,
    isRoot: true,
  });
  expect(argv.join(' ')).toContain('-E offset=18874368,hash_seed=u,');
  expect(argv.slice(-4)).toEqual(['-d', '/w/tree', '/w/disk.raw', `${2029 * 1024}k`]);
});

test('every inode gets the one time', () => {
  expect(inodeTimes(3, 77)).toBe(
    ['sif <2> ctime @77', 'sif <2> atime @77', 'sif <3> ctime @77', 'sif <3> atime @77', ''].join('\n'),
  );
});
