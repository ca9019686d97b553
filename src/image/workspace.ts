import { chmod, mkdir, mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { run } from '../program/run.ts';
import { owning } from './namespace.ts';

const PREFIX = '.chatmail-image-build-';

const remove = async (folder: string, isRoot: boolean): Promise<void> => {
  // Its own signal: what was made is removed after an interrupt, too.
  const { signal } = new AbortController();
  const rm = () => run(owning(isRoot, ['rm', '-rf', '--one-file-system', '--', folder]), { signal });
  // The last processes of what was killed may still be writing while the first call reads the folder.
  await rm().catch(() => setTimeout(500).then(rm));
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

/**
 * A folder for mmdebstrap's tree. It is below TMPDIR, as the user that is root in the namespace may not be
 * allowed into the folder for the results.
 */
export const openTemporary = async (isRoot: boolean): Promise<Pick<Workspace, 'folder' | 'remove'>> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-image-base-'));
  await chmod(folder, 0o1777);
  return { folder, remove: () => remove(folder, isRoot) };
};
