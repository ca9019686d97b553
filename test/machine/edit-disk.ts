import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { partitionsOf } from '../../src/image/partition-table.ts';
import { PROGRAM_PATH } from '../../src/program/run.ts';

/** The root file system of a raw disk of ours, as debugfs(8) takes it; it begins there whatever the disk's size. */
export const rootOf = (raw: string): string => `${raw}?offset=${partitionsOf(2 ** 32).root.start}`;

/** Runs debugfs's commands on that file system, with `folder` for what is in between. Rejects where one fails. */
export const editDisk = async (raw: string, commands: readonly string[], folder: string): Promise<void> => {
  const script = join(folder, 'debugfs');
  await writeFile(script, commands.map((command) => `${command}\n`).join(''));
  const debugfs = ['-w', '-f', script, rootOf(raw)];
  const { stderr } = await execa('debugfs', debugfs, { env: { PATH: PROGRAM_PATH } });
  // Its exit status says nothing; the first line is its version.
  const [, ...errors] = stderr.split('\n');
  if (errors.length > 0) throw new Error(errors.join('\n'));
};
