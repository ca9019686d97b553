import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

interface PartitionTable {
  readonly partitiontable: {
    readonly partitions: readonly { readonly start: number; readonly size: number }[];
    readonly sectorsize: number;
  };
}

/** Takes the files off a qcow2 disk, as root and without mounting it: those of its largest partition. */
export const treeOfDisk = async (qcow2: string, folder: string): Promise<string> => {
  const raw = join(folder, 'disk.raw');
  const tree = join(folder, 'tree');
  await execa('qemu-img', ['convert', '-O', 'raw', qcow2, raw]);
  const { stdout } = await execa('sfdisk', ['--json', raw]);
  const { partitions, sectorsize } = (JSON.parse(stdout) as PartitionTable).partitiontable;
  const [root] = [...partitions].sort((a, b) => b.size - a.size);
  await mkdir(tree, { mode: 0o755 });
  await execa('debugfs', ['-R', `rdump / ${tree}`, `${raw}?offset=${(root?.start ?? 0) * sectorsize}`]);
  return tree;
};
