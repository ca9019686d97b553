import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

/** A folder of its own with these files, in which the program can be run; `remove` it afterwards. */
export const inFolder = async (files: Readonly<Record<string, string>> = {}) => {
  const cwd = await mkdtemp(join(tmpdir(), 'chatmail-image-test-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return {
    cwd,
    read: (name: string) => readFile(join(cwd, name), 'utf8'),
    remove: () => rm(cwd, { recursive: true }),
    /** Runs the program; everything it printed is in the answer. */
    run: (...args: readonly string[]) => runProgram(args, cwd),
  };
};
