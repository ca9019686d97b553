import { execFileSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { replaceFile } from '../lib/replace-file.ts';

/** Writes a secret below a folder of root's that is root's and vmail's: doveauth reads it as vmail, and changes nothing. */
export const replaceSecret = (path: string, content: string): void => {
  replaceFile(`${path}.made`, content, 0o440);
  execFileSync('chown', ['root:vmail', `${path}.made`]);
  renameSync(`${path}.made`, path);
};
