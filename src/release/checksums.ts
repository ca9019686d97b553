import { chmod, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { digestFile } from '../image/file-digest.ts';

export const CHECKSUMS = 'SHA256SUMS';

/** Every file of the folder by its path there, in one order. */
const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

/** Signatures, which differ each time, and the list itself. */
const isListed = (path: string): boolean => !/(^|\/)(SHA256SUMS(\.asc)?|InRelease)$/.test(path);

/** The SHA-256 of every file of the folder but signatures, by its path. */
export const digestsOf = async (folder: string, signal: AbortSignal): Promise<Map<string, string>> => {
  const digests = new Map<string, string>();
  for (const path of (await filesIn(folder)).filter(isListed))
    digests.set(path, (await digestFile(join(folder, path), signal)).sha256);
  return digests;
};

/** As sha256sum(1) checks it. */
export const checksumsOf = (digests: ReadonlyMap<string, string>): string =>
  [...digests].map(([path, sha256]) => `${sha256}  ${path}\n`).join('');

/** The list in a folder. Rejects where there is none. */
export const readChecksums = async (folder: string): Promise<Map<string, string>> =>
  new Map(
    [...(await readFile(join(folder, CHECKSUMS), 'utf8')).matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(
      ([, sha256 = '', path = '']) => [path, sha256],
    ),
  );

/** A web server may run as somebody else; the umask here does not matter. Links are left alone. */
export const openForReaders = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isDirectory() && !entry.isFile()) continue;
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
};
