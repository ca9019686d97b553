import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { exists } from '../lib/exists.ts';
import { readRegular } from '../lib/read-regular.ts';
import { replaceFile } from '../lib/replace-file.ts';

/** A file to publish. */
export interface PublicFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** In bytes: larger than any package or page. */
const LIMIT = 16 << 20;

/** Whether a folder has this file, as it should be. */
const has = (folder: string, { name, content }: PublicFile): boolean => {
  try {
    return readRegular(join(folder, name), LIMIT)?.equals(content) ?? false;
  } catch {
    return false;
  }
};

/** No longer publishes anything. */
export const withdraw = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/**
 * Makes a folder have these files and no others, at each moment with no page that refers to another package than it
 * should: new packages come before the pages, old ones go after them. Where a package changes under its name, which no
 * release does, there is no page meanwhile.
 */
export const publish = (
  folder: string,
  packages: readonly PublicFile[],
  pages: readonly PublicFile[],
  write: (path: string, content: Uint8Array) => void = replaceFile,
): void => {
  if (packages.some((file) => exists(join(folder, file.name)) && !has(folder, file))) withdraw(folder);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const files = [...packages, ...pages];
  for (const file of files) if (!has(folder, file)) write(join(folder, file.name), file.content);
  const names = new Set(files.map(({ name }) => name));
  for (const name of readdirSync(folder))
    if (!names.has(name)) rmSync(join(folder, name), { recursive: true });
};
