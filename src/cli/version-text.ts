import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '../config/printable.ts';
import { VERSION } from '../version.ts';
import { PROGRAM } from './program-name.ts';

/** Where `release` writes. */
const RELEASE = 'dist/release';

/**
 * This program's version; where it has made a release, also that one's and where its relays look for later ones. What
 * this program builds otherwise has no archive.
 */
export const versionText = async (cwd: string): Promise<string> => {
  const own = `${PROGRAM} ${VERSION}\n`;
  try {
    const { version, url } = JSON.parse(await readFile(join(cwd, RELEASE, 'manifest.json'), 'utf8'));
    return `${own}${RELEASE}: ${printable(`${version}${url ? ` from ${url}` : ''}`)}\n`;
  } catch {
    return own;
  }
};
