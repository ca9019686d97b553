import { writeFile } from 'node:fs/promises';
import { type RunOptions, run } from '../program/run.ts';
import { failure } from '../terminal/failure.ts';
import { owning } from './namespace.ts';
import type { Partition } from './partition-table.ts';

interface RootFilesystem {
  readonly tree: string;
  readonly disk: string;
  readonly partition: Partition;
  readonly uuid: string;
  /** The only time in it, in seconds. */
  readonly epoch: number;
  readonly isRoot: boolean;
}

/** Features of the day that GRUB 2.06 cannot read, or that e2fsprogs 1.47 and 1.46 disagree on. */
const FEATURES = '^metadata_csum_seed,^orphan_file';

export const makeFilesystemCommand = ({ tree, disk, partition, uuid }: RootFilesystem): readonly string[] => [
  ...['mkfs.ext4', '-q', '-F', '-b', '4096', '-m', '1', '-L', 'root', '-U', uuid, '-O', FEATURES],
  ...['-E', `offset=${partition.start},hash_seed=${uuid},lazy_itable_init=0`],
  ...['-d', tree, disk, `${partition.size / 1024}k`],
];

/**
 * For debugfs(8): mkfs.ext4 copies the times when the tree was unpacked; these give every inode the one time
 * that an image made again would have too.
 */
export const inodeTimes = (inodes: number, epoch: number): string => {
  const lines: string[] = [];
  for (let inode = 2; inode <= inodes; inode += 1) {
    lines.push(`sif <${inode}> ctime @${epoch}`, `sif <${inode}> atime @${epoch}`);
  }
  return `${lines.join('\n')}\n`;
};

const numberIn = (text: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);

/** Fills the partition with the tree. Rejects with a failure where that is too large for it. */
export const makeRootFilesystem = async (root: RootFilesystem, options: RunOptions): Promise<void> => {
  const { disk, partition, epoch, isRoot } = root;
  const env = { E2FSPROGS_FAKE_TIME: String(epoch), SOURCE_DATE_EPOCH: String(epoch) };
  const all = { ...options, env };
  await run(owning(isRoot, makeFilesystemCommand(root)), all).catch((error: Error) => {
    if (!/No space left|Could not allocate/.test(error.message)) throw error;
    throw failure(`the files do not fit into a disk of this size\n${error.message}`, {
      hint: 'give a larger --size',
    });
  });
  const device = `${disk}?offset=${partition.start}`;
  const facts = await run(['dumpe2fs', '-h', device], options);
  const used = numberIn(facts, 'Inode count') - numberIn(facts, 'Free inodes');
  const script = `${disk}.times`;
  await writeFile(script, inodeTimes(used, epoch));
  await run(['debugfs', '-w', '-f', script, device], all);
};
