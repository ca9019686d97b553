import { join } from 'node:path';
import { digestFile } from '../image/file-digest.ts';
import { digestsOf } from './checksums.ts';
import { type Making, makeRelease } from './make.ts';
import type { ReleaseManifest } from './manifest.ts';

/**
 * Makes a release once more and compares. Returns the paths that differ, of those that are its own: the archive's
 * lists have earlier versions, too. Rejects where the folder has no release of this version.
 */
export const compareRelease = async (
  folder: string,
  manifest: ReleaseManifest,
  { again, ...making }: Making & { readonly again: string; readonly cache: string },
): Promise<string[]> => {
  const { url, publicKey, sourceDateEpoch: epoch, diskSize, images } = manifest;
  const formats = images.map(({ format }) => format);
  await makeRelease({ output: again, url, publicKey, formats, diskSize, epoch, cache: making.cache }, making);
  const made = await digestsOf(again, making.signal);
  const differing: string[] = [];
  for (const [path, sha256] of made) {
    if (path.startsWith('debian/dists/')) continue;
    const found = await digestFile(join(folder, path), making.signal).catch(() => undefined);
    if (found?.sha256 !== sha256) differing.push(path);
  }
  return differing;
};
