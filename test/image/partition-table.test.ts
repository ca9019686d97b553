import { expect, test } from 'vitest';
import { MiB, partitionsOf, SECTOR, sfdiskScript } from '../../src/image/partition-table.ts';

test.each([
  [1024 * MiB, 1005 * MiB],
  [2048 * MiB, 2029 * MiB],
  [2048 * MiB + 511 * SECTOR, 2029 * MiB],
])('a disk of %d bytes has a root of %d', (size, root) => {
  const partitions = partitionsOf(size);
  expect(partitions.bios).toMatchObject({ start: MiB, size: MiB });
  expect(partitions.esp).toMatchObject({ start: 2 * MiB, size: 16 * MiB });
  expect(partitions.root).toMatchObject({ start: 18 * MiB, size: root });
});

test.each([1024, 2048, 3000])('nothing overlaps in %d MiB, and the spare table has room', (size) => {
  const { bios, esp, root } = partitionsOf(size * MiB);
  expect(bios.start).toBeGreaterThanOrEqual(34 * SECTOR);
  expect(esp.start).toBe(bios.start + bios.size);
  expect(root.start).toBe(esp.start + esp.size);
  expect(root.start + root.size).toBeLessThanOrEqual(size * MiB - 33 * SECTOR);
});

test('the table as sfdisk reads it', () => {
  expect(sfdiskScript(partitionsOf(1024 * MiB), (purpose) => `uuid-of-${purpose}`)).toBe(`label: gpt
label-id: uuid-of-disk
start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, uuid=uuid-of-bios, name=bios
start=4096, size=32768, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=uuid-of-esp, name=esp
start=36864, size=2058240, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, uuid=uuid-of-root, name=root
`);
});
