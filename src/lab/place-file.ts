import { chmod, lstat, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../terminal/failure.ts';

const kindOf = async (path: string): Promise<'none' | 'link' | 'other'> => {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return 'none';
  return stats.isSymbolicLink() ? 'link' : 'other';
};

/**
 * Writes a file into a machine's tree, for everybody there to read, and makes the folders it needs. Refuses to
 * go through a symbolic link: a link means another place in the machine than out here.
 */
export const placeFile = async (root: string, path: string, content: string | Uint8Array): Promise<void> => {
  const parts = path.split('/').filter(Boolean);
  if (parts.includes('..')) throw failure(`a file's path in a machine cannot contain ..: ${path}`);
  for (let n = 1; n <= parts.length; n++) {
    const part = join(root, ...parts.slice(0, n));
    const kind = await kindOf(part);
    if (kind === 'link') throw failure(`${part.slice(root.length)} is a symbolic link in the image`);
    if (kind === 'none' && n < parts.length) await mkdir(part).then(() => chmod(part, 0o755)); // whatever our umask
  }
  const target = join(root, ...parts);
  await writeFile(target, content);
  await chmod(target, 0o644);
};
