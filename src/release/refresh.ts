import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../image/file-digest.ts';
import { failure } from '../terminal/failure.ts';
import { signArchive } from './archive.ts';
import { CHECKSUMS, readChecksums } from './checksums.ts';
import { withSigner } from './signing.ts';

/**
 * Signs the archive of a release again, so that relays believe it for longer. Nothing else in the folder changes. Rejects
 * with a failure unless the folder is as the same key has signed it: somebody else may have added to it meanwhile.
 */
export const refreshRelease = async (
  folder: string,
  keyFile: string,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<void> =>
  withSigner(keyFile, async (signer) => {
    const sums = join(folder, CHECKSUMS);
    await signer.verify(sums, `${sums}.asc`).catch((cause: unknown) => {
      throw failure(`${folder} has no ${CHECKSUMS} that this key has signed`, {
        hint: 'it takes the key that the release was made with',
        cause,
      });
    });
    for (const [path, sha256] of await readChecksums(folder)) {
      if (!path.startsWith('debian/')) continue;
      const found = await digestFile(join(folder, path), signal).catch(() => undefined);
      if (found?.sha256 !== sha256) throw failure(`${path} is not as ${CHECKSUMS} says`);
    }
    await signArchive(join(folder, 'debian'), signer, now);
    await chmod(join(folder, 'debian/dists/stable/InRelease'), 0o644);
  });
