import { chmod, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { digestFile } from '../image/file-digest.ts';
import { failure } from '../terminal/failure.ts';
import { isForeign } from './staging.ts';

export const CHECKSUMS = 'SHA256SUMS';

/** What is in the folder by its path there, without what others have put there. */
const entriesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .map((entry) => ({ entry, path: relative(folder, join(entry.parentPath, entry.name)) }))
    .filter(({ path }) => !isForeign(path));

/** Every file of the folder, in one order. */
const filesIn = async (folder: string): Promise<string[]> =>
  (await entriesIn(folder))
    .filter(({ entry }) => entry.isFile())
    .map(({ path }) => path)
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

/** Below the folder: a list may come from anywhere. */
const isBelow = (path: string): boolean => path.split('/').every((part) => /^[\w~+-][\w.~+-]*$/.test(part));

/** What such a list says. Throws a failure where it names anything but files in its folder. */
export const parseChecksums = (text: string): Map<string, string> =>
  new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [, sha256 = '', path = ''] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
        if (!isBelow(path))
          throw failure(`${CHECKSUMS} has a line that is no checksum: ${line.slice(0, 99)}`);
        return [path, sha256];
      }),
  );

/** The list in a folder. Rejects where there is none. */
export const readChecksums = async (folder: string): Promise<Map<string, string>> =>
  parseChecksums(await readFile(join(folder, CHECKSUMS), 'utf8'));

/** A web server may run as somebody else; the umask here does not matter. Links are left alone. */
export const openForReaders = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const { entry, path } of await entriesIn(folder)) {
    if (!entry.isDirectory() && !entry.isFile()) continue;
    await chmod(join(folder, path), entry.isDirectory() ? 0o755 : 0o644);
  }
};
