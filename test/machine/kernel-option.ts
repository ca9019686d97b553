import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { partitionsOf } from '../../src/image/partition-table.ts';
import { run } from '../../src/lab/run.ts';

/** Makes a copy of a disk, in `folder`, that gives its kernel one more option; the raw file's name. */
export const withKernelOption = async (disk: string, option: string, folder: string): Promise<string> => {
  const [raw, config] = [join(folder, 'disk.raw'), join(folder, 'grub.cfg')];
  await run(['qemu-img', 'convert', '-O', 'raw', disk, raw]);
  // The root partition begins there whatever the disk's size.
  const device = `${raw}?offset=${partitionsOf(2 ** 32).root.start}`;
  await run(['debugfs', '-R', `dump /boot/grub/grub.cfg ${config}`, device]);
  const before = await readFile(config, 'utf8');
  await writeFile(
    config,
    before.replace(/^ *linux .*/gm, (line) => `${line} ${option}`),
  );
  const script = join(folder, 'debugfs');
  await writeFile(script, `cd /boot/grub\nrm grub.cfg\nwrite ${config} grub.cfg\n`);
  await run(['debugfs', '-w', '-f', script, device]);
  return raw;
};
