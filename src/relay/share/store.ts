import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { PACKAGE_STORE, PACKAGES } from '../../model/packages.ts';
import { readRegular } from '../lib/read-regular.ts';
import { readText } from '../lib/read-text.ts';

/** In bytes: larger than any package of a relay. */
const LIMIT = 16 << 20;

/** A package of the store, as it is published. */
export interface StoredPackage {
  /** Its file: `chatmail-relay_0.1.0_all.deb`. */
  readonly name: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
  readonly content: Uint8Array;
}

/** Where the packages of the installed version are, and what dpkg knows of those that are installed. */
export const STORE = { packages: PACKAGE_STORE, dpkg: '/var/lib/dpkg/info' };

/**
 * What a package says of its files; throws where it is damaged: dpkg-deb(1) reads it to its end, and each part has a
 * checksum of its own (xz(1)).
 */
const checksumsIn = (path: string): string => {
  execFileSync('dpkg-deb', ['--fsys-tarfile', path], { stdio: 'ignore' });
  const input = execFileSync('dpkg-deb', ['--ctrl-tarfile', path], { stdio: ['ignore', 'pipe', 'ignore'] });
  return execFileSync('tar', ['-xO', './md5sums'], { input, encoding: 'utf8', stdio: 'pipe' });
};

const wholeChecksumsIn = (path: string): string | undefined => {
  try {
    return checksumsIn(path);
  } catch {
    return undefined;
  }
};

const readPackage = (name: string, version: string, store: typeof STORE): StoredPackage => {
  const file = `${name}_${version}_all.deb`;
  const path = `${store.packages}/${file}`;
  const content = readRegular(path, LIMIT);
  if (content === undefined) throw new Error(`${path} is missing`);
  const checksums = wholeChecksumsIn(path);
  if (checksums === undefined) throw new Error(`${path} is damaged`);
  // dpkg keeps it as it was in the package (deb-md5sums(5)).
  if (checksums !== readText(`${store.dpkg}/${name}.md5sums`))
    throw new Error(`${path} is not the package that is installed`);
  return { name: file, sha256: createHash('sha256').update(content).digest('hex'), content };
};

/**
 * Both packages of this version from the relay's package store. Throws, with a reason for people, where one is missing,
 * damaged, or not the one that dpkg has installed.
 */
export const readStore = (version: string, store = STORE): StoredPackage[] =>
  PACKAGES.map((name) => readPackage(name, version, store));
