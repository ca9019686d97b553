import { chmod, mkdir, statfs, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../program/run.ts';

/** statfs(2): an overlay cannot have another overlay for its upper layer, as in many CI containers. */
const OVERLAYFS_MAGIC = 0x794c7630;

/** Where the merged tree is, below the folder given to `mountOverlay`. */
const MERGED = 'merged';

/**
 * Mounts a writable view of `lower` at `folder/merged`; all changes stay in `folder`. Relative names, because
 * the mount options cannot contain commas and colons in a path.
 */
export const mountOverlay = async (lower: string, folder: string): Promise<string> => {
  await mkdir(join(folder, 'layers'), { recursive: true });
  if ((await statfs(folder)).type === OVERLAYFS_MAGIC) {
    await run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'chatmail-lab', join(folder, 'layers')]);
  }
  for (const part of ['layers/upper', 'layers/work', MERGED]) await mkdir(join(folder, part));
  await chmod(join(folder, 'layers/upper'), 0o755); // becomes the mode of the machine's /
  await symlink(lower, join(folder, 'lower'));
  const options = 'lowerdir=lower,upperdir=layers/upper,workdir=layers/work';
  await run(['mount', '-t', 'overlay', '-o', options, 'chatmail-lab', MERGED], { cwd: folder });
  return join(folder, MERGED);
};

/** Undoes it; what is not mounted is left alone. A process still busy in there only delays the end. */
export const unmountOverlay = async (folder: string): Promise<void> => {
  for (const part of [MERGED, 'layers']) {
    await run(['umount', '--lazy', '--quiet', join(folder, part)]).catch(() => undefined);
  }
};
