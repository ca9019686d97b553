import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import {
  CLUSTER,
  COPIED,
  compressedEntry,
  header,
  L2_ENTRIES,
  type Layout,
  l1Table,
  layoutOf,
  refcounts,
} from './qcow2-format.ts';

/** QEMU inflates with a window of 4 KiB (block/qcow2-threads.c). */
const DEFLATE = { windowBits: 12, level: 6, memLevel: 9, chunkSize: CLUSTER + 1024 };
const deflate = promisify(deflateRaw) as (data: Uint8Array, options: object) => Promise<Uint8Array>;
const ZEROS = new Uint8Array(CLUSTER);

interface Qcow2Options {
  readonly signal: AbortSignal;
  /** Told the share that is done, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Clusters in work at once; they are written in the disk's order all the same. */
  readonly parallel?: number;
}

const readCluster = async (file: FileHandle, position: number): Promise<Uint8Array> => {
  const buffer = new Uint8Array(CLUSTER);
  for (let at = 0; at < CLUSTER; ) {
    const { bytesRead } = await file.read(buffer, at, CLUSTER - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return buffer;
};

/** What a cluster becomes: nothing where it is all zeros, itself where deflate makes it no smaller. */
const squeeze = async (data: Uint8Array): Promise<Uint8Array | undefined> => {
  if (Buffer.compare(data, ZEROS) === 0) return undefined;
  const small = await deflate(data, DEFLATE);
  return small.length < CLUSTER ? small : data;
};

/** Appends clusters to the file in few large writes, and remembers where they went. */
class ClusterWriter {
  readonly counts: number[] = [];
  readonly l2: Buffer;
  readonly #file: FileHandle;
  #written: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(file: FileHandle, layout: Layout) {
    this.#file = file;
    this.#written = layout.dataOffset;
    this.l2 = Buffer.alloc(layout.l1Entries * L2_ENTRIES * 8);
    this.#count(0, layout.dataOffset);
  }

  get end(): number {
    return this.#written + this.#waitingBytes;
  }

  async add(cluster: number, bytes: Uint8Array): Promise<void> {
    const isCompressed = bytes.length < CLUSTER;
    if (!isCompressed) this.align();
    const entry = isCompressed ? compressedEntry(this.end, bytes.length) : COPIED | BigInt(this.end);
    this.l2.writeBigUInt64BE(entry, cluster * 8);
    this.#count(this.end, bytes.length);
    this.#push(bytes);
    if (this.#waitingBytes > 4 * 1024 * 1024) await this.flush();
  }

  align(): void {
    const past = this.end % CLUSTER;
    if (past > 0) this.#push(ZEROS.subarray(past));
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#file.write(bytes, 0, bytes.length, this.#written);
    this.#written += bytes.length;
  }

  #push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  #count(offset: number, length: number): void {
    const last = Math.floor((offset + length - 1) / CLUSTER);
    for (let c = Math.floor(offset / CLUSTER); c <= last; c += 1) this.counts[c] = (this.counts[c] ?? 0) + 1;
  }
}

const writeClusters = async (
  input: FileHandle,
  writer: ClusterWriter,
  clusters: number,
  { signal, onProgress, parallel = 16 }: Qcow2Options,
): Promise<void> => {
  const ahead: Promise<Uint8Array | undefined>[] = [];
  let next = 0;
  const fill = (): void => {
    while (next < clusters && ahead.length < parallel) {
      const work = readCluster(input, next * CLUSTER).then(squeeze);
      // Awaited in its turn below; until then a failure is not "unhandled".
      work.catch(() => undefined);
      ahead.push(work);
      next += 1;
    }
  };
  for (let cluster = 0; cluster < clusters; cluster += 1) {
    signal.throwIfAborted();
    fill();
    const bytes = await ahead.shift();
    if (bytes) await writer.add(cluster, bytes);
    if (cluster % 64 === 0) onProgress?.(cluster / clusters);
  }
};

/**
 * Writes the raw disk `source`, a whole number of sectors, as a compressed qcow2 to `target`: the same bytes
 * for the same disk. `qemu-img convert -c` takes twice the time in order, or has another order each time.
 */
export const writeQcow2 = async (source: string, target: string, options: Qcow2Options): Promise<void> => {
  const input = await open(source, 'r');
  const output = await open(target, 'w');
  try {
    const layout = layoutOf((await input.stat()).size);
    const writer = new ClusterWriter(output, layout);
    await writeClusters(input, writer, Math.ceil(layout.size / CLUSTER), options);
    writer.align();
    await writer.flush();
    const { bytes, tableClusters } = refcounts(writer.counts, writer.end);
    await output.write(bytes, 0, bytes.length, writer.end);
    const l1 = l1Table(layout);
    await output.write(l1, 0, l1.length, layout.l1Offset);
    await output.write(writer.l2, 0, writer.l2.length, layout.l2Offset);
    const head = header(layout, writer.end, tableClusters);
    await output.write(head, 0, head.length, 0);
  } finally {
    await input.close();
    await output.close();
  }
};
