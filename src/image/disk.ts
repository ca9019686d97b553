import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOptions, run } from '../program/run.ts';
import { makeBootLoaders } from './boot-loaders.ts';
import { uuidOf } from './cache-key.ts';
import { patchBootImage, patchCoreImage } from './grub-bios.ts';
import { partitionsOf, SECTOR, sfdiskScript } from './partition-table.ts';
import { makeRootFilesystem } from './root-filesystem.ts';

interface DiskRequest {
  readonly tree: string;
  /** Bytes, a multiple of a MiB. */
  readonly size: number;
  /** The image's key, from which all its UUIDs are drawn. */
  readonly key: string;
  readonly epoch: number;
  readonly isRoot: boolean;
  /** Folder for this and for what is only needed on the way. */
  readonly folder: string;
}

/** The UUID of the root file system, which fstab and GRUB name. */
export const rootUuidOf = (key: string): string => uuidOf(key, 'root-filesystem');

const createSparse = async (file: string, size: number): Promise<void> => {
  const handle = await open(file, 'w');
  await handle.truncate(size);
  await handle.close();
};

const writeAt = async (
  file: string,
  pieces: readonly (readonly [bytes: Uint8Array, position: number])[],
): Promise<void> => {
  const handle = await open(file, 'r+');
  for (const [bytes, position] of pieces) await handle.write(bytes, 0, bytes.length, position);
  await handle.close();
};

/** Makes a disk that boots with BIOS and UEFI, without mounting anything, and returns its file. */
export const makeDisk = async (request: DiskRequest, options: RunOptions): Promise<string> => {
  const { tree, size, key, epoch, isRoot, folder } = request;
  const disk = join(folder, 'disk.raw');
  const partitions = partitionsOf(size);
  const { bios, esp, root } = partitions;
  await createSparse(disk, size);
  const table = sfdiskScript(partitions, (purpose) => uuidOf(key, purpose));
  await run(['sfdisk', '--quiet', disk], { ...options, input: table });

  const uuid = rootUuidOf(key);
  const env = { SOURCE_DATE_EPOCH: String(epoch) };
  const loaders = await makeBootLoaders(uuid, { folder, espSize: esp.size }, { ...options, env });
  const coreSector = bios.start / SECTOR;
  await writeAt(disk, [
    [patchBootImage(loaders.bootImage, coreSector), 0],
    [patchCoreImage(loaders.coreImage, coreSector, bios.size), bios.start],
    [loaders.esp, esp.start],
  ]);
  await makeRootFilesystem({ tree, disk, partition: root, uuid, epoch, isRoot }, options);
  return disk;
};
