import { inflateRawSync } from 'node:zlib';

/**
 * A reader after QEMU's docs/interop/qcow2.txt, written without regard to the writer: the disk, and how often
 * each cluster of the file is referred to, both as counted and as the file says.
 */
export const readQcow2 = (file: Buffer) => {
  const clusterBits = file.readUInt32BE(20);
  const cluster = 2 ** clusterBits;
  const size = Number(file.readBigUInt64BE(24));
  const l1Size = file.readUInt32BE(36);
  const l1Offset = Number(file.readBigUInt64BE(40));
  const refcountOffset = Number(file.readBigUInt64BE(48));
  const refcountClusters = file.readUInt32BE(56);
  const disk = Buffer.alloc(Math.ceil(size / cluster) * cluster);
  const counted: number[] = Array(file.length / cluster).fill(0);
  const refer = (offset: number, length: number): void => {
    for (let c = Math.floor(offset / cluster); c * cluster < offset + length; c += 1) {
      counted[c] = (counted[c] ?? 0) + 1;
    }
  };
  const plain = (entry: bigint): number => Number(entry & 0x00fffffffffffe00n);

  refer(0, cluster);
  refer(l1Offset, l1Size * 8);
  refer(refcountOffset, refcountClusters * cluster);
  const entriesPerTable = cluster / 8;
  for (let i = 0; i < l1Size; i += 1) {
    const l2Offset = plain(file.readBigUInt64BE(l1Offset + i * 8));
    refer(l2Offset, cluster);
    for (let j = 0; j < entriesPerTable; j += 1) {
      const entry = file.readBigUInt64BE(l2Offset + j * 8);
      const at = (i * entriesPerTable + j) * cluster;
      if (entry === 0n) continue;
      if (entry & (1n << 62n)) {
        const offsetBits = BigInt(62 - (clusterBits - 8));
        const offset = Number(entry & ((1n << offsetBits) - 1n));
        const sectors = Number((entry & ((1n << 62n) - 1n)) >> offsetBits) + 1;
        const end = (Math.floor(offset / 512) + sectors) * 512;
        refer(offset, end - offset);
        inflateRawSync(file.subarray(offset, end), { windowBits: 12 }).copy(disk, at);
      } else {
        const offset = plain(entry);
        if (offset % cluster !== 0) throw new Error('a cluster that is not aligned');
        refer(offset, cluster);
        file.copy(disk, at, offset, offset + cluster);
      }
    }
  }

  const stored: number[] = [];
  for (let b = 0; b < (refcountClusters * cluster) / 8; b += 1) {
    const block = Number(file.readBigUInt64BE(refcountOffset + b * 8));
    if (block === 0) continue;
    refer(block, cluster);
    for (let c = 0; c < cluster / 2; c += 1) stored.push(file.readUInt16BE(block + c * 2));
  }
  return { magic: file.readUInt32BE(0), version: file.readUInt32BE(4), size, disk, counted, stored };
};
