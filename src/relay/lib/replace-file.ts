import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** `O_EXCL` follows no link and takes no file that is there already (open(2)). */
const ANEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

const syncFolder = (folder: string): void => {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** Renames; a folder that stands in the place of the file is moved aside, with what is in it. */
const putInPlace = (temporary: string, path: string): void => {
  try {
    renameSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    renameSync(path, temporary.replace(/new$/, 'old'));
    renameSync(temporary, path);
  }
};

/**
 * Writes a file whole or not at all: under a name that cannot be guessed, to the disk, then renamed. Power can fail
 * between any two of these steps and the old or the new file is there. Where it throws, the old one is.
 */
export const replaceFile = (path: string, content: string | Uint8Array, mode = 0o644): void => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  const fd = openSync(temporary, ANEW, mode);
  try {
    try {
      fchmodSync(fd, mode);
      writeFileSync(fd, content); // all of it, however little the system takes at once
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    putInPlace(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
};

/** The same, while others get their turn: a disk that is busy takes a quarter of a second to sync. */
export const replaceFileInBackground = async (path: string, content: string, mode: number): Promise<void> => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = await open(temporary, ANEW, mode);
  try {
    try {
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
