import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from './cache-key.ts';

/** SHA-256 of all files below a folder, names there and contents. */
export const digestFolder = async (folder: string): Promise<string> => {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const lines = await Promise.all(
    names.map(async (name) => `${sha256(await readFile(name))} ${name.slice(folder.length)}`),
  );
  return sha256(lines.join('\n'));
};
