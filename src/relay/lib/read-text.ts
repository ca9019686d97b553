import { readFileSync, statSync } from 'node:fs';

/** Above any cloud's user-data; a larger file is not read. */
export const LIMIT = 1 << 20;

/** The text of a file; `undefined` for one that is not there. */
export type Read = (path: string) => string | undefined;

export const readText: Read = (path) => {
  try {
    const file = statSync(path);
    return file.isFile() && file.size <= LIMIT ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
};
