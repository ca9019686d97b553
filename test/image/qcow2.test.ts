import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMPRESSIONS } from '../../src/image/formats.ts';
import { writeFormat } from '../../src/image/write-formats.ts';

let folder: string;
let disk: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qcow2-'));
  disk = join(folder, 'disk.raw');
  // Clusters that compress well, badly, and that are empty.
  const random = Buffer.from(Array.from({ length: 3_000_000 }, (_, n) => Math.imul(n, 0x9e3779b1) >>> 24));
  await writeFile(disk, Buffer.concat([Buffer.alloc(1 << 20, 'text '), random, Buffer.alloc(1 << 21)]));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(COMPRESSIONS)('%s: the same disk gives the same bytes, and is the disk', async (compression) => {
  const { signal } = new AbortController();
  const write = (name: string) =>
    writeFormat('qcow2', { tree: '', disk, folder, name, compression, isRoot: true }, { signal });
  const [one, two] = [await write('one'), await write('two')];
  expect(Buffer.compare(await readFile(one), await readFile(two))).toBe(0);
  await execa('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', disk, one]);
  const { stdout } = await execa('qemu-img', ['info', '--output=json', one]);
  expect(JSON.parse(stdout)).toMatchObject({
    'format-specific': { data: { 'compression-type': compression } },
  });
});
