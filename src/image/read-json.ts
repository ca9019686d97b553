import { readFile } from 'node:fs/promises';

/** What an earlier run wrote as JSON; nothing where it is not there, or a power failure left half of it. */
export const readJson = async <T>(file: string): Promise<T | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
};
