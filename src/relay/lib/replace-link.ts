import { renameSync, rmSync, symlinkSync } from 'node:fs';

/** Points a symbolic link to `target`, at once: a reader finds the old one or the new one. */
export const replaceLink = (path: string, target: string): void => {
  rmSync(`${path}.new`, { force: true });
  symlinkSync(target, `${path}.new`);
  renameSync(`${path}.new`, path);
};
