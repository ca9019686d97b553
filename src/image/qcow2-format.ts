/**
 * The parts of a qcow2 file (QEMU's docs/interop/qcow2.txt, version 3), as pure functions. All offsets and
 * sizes are bytes. A file of ours has the header, then the first table and all second tables, then the data
 * in the disk's order, and the reference counts last.
 */
const CLUSTER_BITS = 16;
export const CLUSTER = 1 << CLUSTER_BITS;
const SECTOR = 512;
const HEADER_LENGTH = 104;
/** log2 of the bits of a reference count. */
const REFCOUNT_ORDER = 4;
const REFCOUNTS_PER_BLOCK = CLUSTER / 2;
export const L2_ENTRIES = CLUSTER / 8;

/** Set where a cluster has one reference only, and may be written in place. */
export const COPIED = 1n << 63n;
const COMPRESSED = 1n << 62n;
/** Bits of the offset in a compressed cluster's descriptor; the number of further sectors is above them. */
const OFFSET_BITS = BigInt(62 - (CLUSTER_BITS - 8));

/** The second-table entry of a cluster that was compressed to `length` bytes at `offset`. */
export const compressedEntry = (offset: number, length: number): bigint => {
  const further = Math.floor((offset + length - 1) / SECTOR) - Math.floor(offset / SECTOR);
  return COMPRESSED | (BigInt(further) << OFFSET_BITS) | BigInt(offset);
};

export interface Layout {
  /** Of the disk as the machine sees it. */
  readonly size: number;
  readonly l1Entries: number;
  readonly l1Offset: number;
  readonly l2Offset: number;
  readonly dataOffset: number;
}

export const layoutOf = (size: number): Layout => {
  const l1Entries = Math.ceil(size / (L2_ENTRIES * CLUSTER));
  const l1Offset = CLUSTER;
  const l2Offset = l1Offset + Math.ceil((l1Entries * 8) / CLUSTER) * CLUSTER;
  return { size, l1Entries, l1Offset, l2Offset, dataOffset: l2Offset + l1Entries * CLUSTER };
};

export const l1Table = ({ l1Entries, l2Offset }: Layout): Uint8Array => {
  const table = Buffer.alloc(l1Entries * 8);
  for (let i = 0; i < l1Entries; i += 1)
    table.writeBigUInt64BE(COPIED | BigInt(l2Offset + i * CLUSTER), i * 8);
  return table;
};

/** The header: no backing file, no encryption, no snapshots, clusters compressed with zlib. */
export const header = (layout: Layout, refcountOffset: number, refcountClusters: number): Uint8Array => {
  const bytes = Buffer.alloc(HEADER_LENGTH);
  bytes.write('QFI\xfb', 0, 'latin1');
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(CLUSTER_BITS, 20);
  bytes.writeBigUInt64BE(BigInt(layout.size), 24);
  bytes.writeUInt32BE(layout.l1Entries, 36);
  bytes.writeBigUInt64BE(BigInt(layout.l1Offset), 40);
  bytes.writeBigUInt64BE(BigInt(refcountOffset), 48);
  bytes.writeUInt32BE(refcountClusters, 56);
  bytes.writeUInt32BE(REFCOUNT_ORDER, 96);
  bytes.writeUInt32BE(HEADER_LENGTH, 100);
  return bytes;
};

/** Clusters that the counts themselves take, when they begin after so many others. */
const refcountSizes = (before: number): { readonly table: number; readonly blocks: number } => {
  let table = 0;
  let blocks = 0;
  for (;;) {
    const moreBlocks = Math.ceil((before + table + blocks) / REFCOUNTS_PER_BLOCK);
    const moreTable = Math.ceil((moreBlocks * 8) / CLUSTER);
    if (moreBlocks === blocks && moreTable === table) return { table, blocks };
    blocks = moreBlocks;
    table = moreTable;
  }
};

/**
 * The reference counts, to be written at `offset`, a multiple of a cluster: first the table, then its blocks.
 * `counts` has one for each cluster before `offset`.
 */
export const refcounts = (
  counts: readonly number[],
  offset: number,
): { readonly bytes: Uint8Array; readonly tableClusters: number } => {
  const { table, blocks } = refcountSizes(offset / CLUSTER);
  const bytes = Buffer.alloc((table + blocks) * CLUSTER);
  for (let b = 0; b < blocks; b += 1) {
    bytes.writeBigUInt64BE(BigInt(offset + (table + b) * CLUSTER), b * 8);
  }
  const all = [...counts, ...Array<number>(table + blocks).fill(1)];
  for (const [cluster, count] of all.entries()) bytes.writeUInt16BE(count, table * CLUSTER + cluster * 2);
  return { bytes, tableClusters: table };
};
