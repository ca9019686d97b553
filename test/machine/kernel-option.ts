import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/program/run.ts';
import { editDisk, rootOf } from './edit-disk.ts';

/** Makes a copy of a disk, in `folder`, that gives its kernel one more option; the raw file's name. */
export const withKernelOption = async (disk: string, option: string, folder: string): Promise<string> => {
  const [raw, config] = [join(folder, 'disk.raw'), join(folder, 'grub.cfg')];
  await run(['qemu-img', 'convert', '-O', 'raw', disk, raw]);
  await run(['debugfs', '-R', `dump /boot/grub/grub.cfg ${config}`, rootOf(raw)]);
  const before = await readFile(config, 'utf8');
  await writeFile(
    config,
    before.replace(/^ *linux .*/gm, (line) => `${line} ${option}`),
  );
  await editDisk(raw, ['cd /boot/grub', 'rm grub.cfg', `write ${config} grub.cfg`], folder);
  return raw;
};
