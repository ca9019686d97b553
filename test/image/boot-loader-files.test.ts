import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestBootLoaders } from '../../src/image/boot-loader-files.ts';

const FILES = [
  'usr/lib/grub/i386-pc/boot.img',
  'usr/lib/grub/i386-pc/kernel.img',
  'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed',
  'usr/lib/shim/shimx64.efi.signed',
];
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'boot-loaders-'));
  for (const file of FILES) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), file);
  }
});
afterAll(() => rm(root, { recursive: true }));

test.each(FILES)('another %s is another digest', async (file) => {
  const before = await digestBootLoaders(root);
  expect(await digestBootLoaders(root)).toBe(before);
  await writeFile(join(root, file), 'updated');
  expect(await digestBootLoaders(root)).not.toBe(before);
});
