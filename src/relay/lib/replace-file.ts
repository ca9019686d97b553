import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/**
 * Writes a file whole or not at all: under another name, to the disk, then renamed. Power can fail between
 * any two of these steps and the old or the new file is there.
 */
export const replaceFile = (path: string, content: string, mode = 0o644): void => {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, 'w', mode);
  fchmodSync(fd, mode);
  writeSync(fd, content);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(temporary, path);
};
