import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeQcow2 } from '../../src/image/qcow2.ts';
import { CLUSTER, COPIED, compressedEntry, layoutOf, refcounts } from '../../src/image/qcow2-format.ts';
import { readQcow2 } from './read-qcow2.ts';

/** Bytes that deflate cannot make smaller, the same each time. */
const noise = (length: number, seed: string): Buffer => {
  const parts: Buffer[] = [];
  for (let n = 0; n * 32 < length; n += 1) parts.push(createHash('sha256').update(`${seed}${n}`).digest());
  return Buffer.concat(parts).subarray(0, length);
};
const text = (length: number, words: string): Buffer => Buffer.alloc(length, words);
const zeros = (length: number): Buffer => Buffer.alloc(length);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-image-qcow2-'));
});
afterEach(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const convert = async (disk: Buffer, parallel?: number): Promise<Buffer> => {
  const [raw, qcow2] = [join(folder, 'raw'), join(folder, 'qcow2')];
  await writeFile(raw, disk);
  await writeQcow2(raw, qcow2, { signal, ...(parallel === undefined ? {} : { parallel }) });
  return readFile(qcow2);
};

describe('what is written reads back as the disk', () => {
  test.each<[string, Buffer]>([
    ['one cluster', text(CLUSTER, 'one')],
    ['zeros only', zeros(3 * CLUSTER)],
    ['noise is stored as it is', noise(CLUSTER, 'n')],
    ['noise between texts', Buffer.concat([text(CLUSTER, 'a'), noise(CLUSTER, 'n'), text(CLUSTER, 'b')])],
    [
      'a gap',
      Buffer.concat([text(CLUSTER, 'a'), zeros(5 * CLUSTER), noise(CLUSTER, 'z'), text(CLUSTER, 'b')]),
    ],
    ['half of a last cluster', Buffer.concat([text(CLUSTER, 'a'), text(CLUSTER / 2, 'b')])],
    ['a sector', text(512, 'sector')],
    [
      'clusters that end anywhere in a sector',
      Buffer.concat(
        Array.from({ length: 40 }, (_, n) =>
          Buffer.concat([noise(1000 + 997 * n, `${n}`), text(CLUSTER - 1000 - 997 * n, 'x')]),
        ),
      ),
    ],
  ])('%s', async (_, disk) => {
    const { magic, version, size, disk: read, counted, stored } = readQcow2(await convert(disk));
    expect({ magic, version, size }).toEqual({ magic: 0x514649fb, version: 3, size: disk.length });
    expect(read.subarray(0, size).equals(disk)).toBe(true);
    expect(stored.slice(0, counted.length)).toEqual(counted);
    expect(stored.slice(counted.length).every((count) => count === 0)).toBe(true);
  });
});

test('the same bytes, however many clusters are in work at once', async () => {
  const disk = Buffer.concat([text(3 * CLUSTER, 'a'), noise(2 * CLUSTER, 'n'), text(3 * CLUSTER, 'b')]);
  const one = await convert(disk, 1);
  expect((await convert(disk, 32)).equals(one)).toBe(true);
});

test('an abort ends it', async () => {
  const raw = join(folder, 'raw');
  await writeFile(raw, text(CLUSTER, 'a'));
  const aborted = AbortSignal.abort(new Error('stop'));
  await expect(writeQcow2(raw, join(folder, 'qcow2'), { signal: aborted })).rejects.toThrow('stop');
});

test.each([
  [0, 512, 0n],
  [0, 513, 1n],
  [511, 1, 0n],
  [511, 2, 1n],
  [1000, 1024, 2n],
])('a cluster compressed to %d+%d takes %s further sectors', (offset, length, further) => {
  expect(compressedEntry(offset, length)).toBe((1n << 62n) | (further << 54n) | BigInt(offset));
});

test.each([
  [512, 1, 3 * CLUSTER],
  [512 * 2 ** 20, 1, 3 * CLUSTER],
  [512 * 2 ** 20 + 512, 2, 4 * CLUSTER],
  [2 ** 31, 4, 6 * CLUSTER],
])('a disk of %d bytes has %d second tables, data begins at %d', (size, l1Entries, dataOffset) => {
  expect(layoutOf(size)).toMatchObject({ l1Entries, dataOffset });
});

test.each([
  [3, 1],
  [32_766, 1],
  // One more cluster, and the block cannot count itself any more.
  [32_767, 2],
  [70_000, 3],
])('reference counts of %d clusters take %d blocks', (clusters, blocks) => {
  const { bytes, tableClusters } = refcounts(Array(clusters).fill(1), clusters * CLUSTER);
  expect(tableClusters).toBe(1);
  expect(bytes.length).toBe((1 + blocks) * CLUSTER);
});

test('COPIED is the highest bit', () => expect(COPIED).toBe(0x8000000000000000n));
