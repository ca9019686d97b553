import { link } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOptions, run } from '../program/run.ts';
import type { Compression, Format } from './formats.ts';
import { owning } from './namespace.ts';
import { tarCommand } from './tree.ts';

interface Sources {
  readonly tree: string;
  /** The raw disk; a tar needs none. */
  readonly disk: string | undefined;
  readonly folder: string;
  readonly name: string;
  readonly compression: Compression;
  readonly isRoot: boolean;
}

type WriteFormat = (sources: Sources, file: string, options: RunOptions) => Promise<void>;

/** Without `-W` clusters are written in the disk's order, so that the same disk gives the same bytes. */
const qcow2Command = (disk: string, file: string, compression: Compression): readonly string[] => [
  ...['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', '-c', '-o', `compression_type=${compression}`],
  ...[disk, file],
];

const diskOf = ({ disk }: Sources): string => {
  if (disk === undefined) throw new TypeError('this format needs a disk');
  return disk;
};

const WRITERS: Readonly<Record<Format, WriteFormat>> = {
  raw: async (sources, file) => link(diskOf(sources), file),
  qcow2: async (sources, file, options) => {
    await run(qcow2Command(diskOf(sources), file, sources.compression), options);
  },
  tar: async ({ tree, isRoot }, file, options) => {
    await run(owning(isRoot, tarCommand(tree, file)), options);
  },
  'tar.zst': async ({ tree, isRoot }, file, options) => {
    const zstd = '--use-compress-program=zstd --quiet -3';
    await run(owning(isRoot, [...tarCommand(tree, file), zstd]), options);
  },
};

/** Writes one format and returns its file. */
export const writeFormat = async (format: Format, sources: Sources, options: RunOptions): Promise<string> => {
  const file = join(sources.folder, `${sources.name}.${format}`);
  await WRITERS[format](sources, file, options);
  return file;
};
