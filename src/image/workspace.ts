import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { owning } from './namespace.ts';
import { run } from './run.ts';

const PREFIX = '.chatmail-image-build-';

const remove = async (folder: string, isRoot: boolean): Promise<void> => {
  // Its own signal: what was made is removed after an interrupt, too.
  const { signal } = new AbortController();
  await run(owning(isRoot, ['rm', '-rf', '--one-file-system', '--', folder]), { signal });
};

const isRunning = (pid: string): Promise<boolean> =>
  stat(`/proc/${pid}`).then(
    () => true,
    () => false,
  );

/** Removes what a build that was killed outright has left. */
const removeAbandoned = async (output: string, isRoot: boolean): Promise<void> => {
  for (const name of await readdir(output)) {
    if (!name.startsWith(PREFIX)) continue;
    if (!(await isRunning(name.slice(PREFIX.length)))) await remove(join(output, name), isRoot);
  }
};

export interface Workspace {
  /** Beside the results, so that finished files need only be renamed. */
  readonly folder: string;
  readonly tree: string;
  /** Removes all that was not renamed away. */
  remove(): Promise<void>;
}

/** A folder for one build, in the output folder, on the same file system. */
export const openWorkspace = async (output: string, isRoot: boolean): Promise<Workspace> => {
  await removeAbandoned(output, isRoot);
  const folder = join(output, `${PREFIX}${process.pid}`);
  const tree = join(folder, 'tree');
  await mkdir(folder);
  await mkdir(tree, { mode: 0o755 });
  return { folder, tree, remove: () => remove(folder, isRoot) };
};
