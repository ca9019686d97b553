import { access, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { failure } from '../terminal/failure.ts';
import { isForeign } from './staging.ts';

/**
 * Everything in a release's folder is listed in its checksums and made readable for everybody. So it must be new, empty,
 * or the folder of a release, and the key must be elsewhere. Rejects with a failure where it is not so.
 */
export const checkFolder = async (output: string, keyFile: string | undefined): Promise<void> => {
  if (keyFile !== undefined && !relative(output, keyFile).startsWith('..'))
    throw failure('the key is in the folder that is to be published', { hint: 'move it somewhere else' });
  const names = await readdir(output).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.every(isForeign)) return;
  await access(join(output, 'debian/dists/stable/Release')).catch((cause: unknown) => {
    throw failure(`${output} has other files than those of a release`, {
      hint: 'choose a new folder, or the one of the last release',
      cause,
    });
  });
};
