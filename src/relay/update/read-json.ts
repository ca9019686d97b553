import { readText } from '../lib/read-text.ts';

/** What a file of root's says; `undefined` where there is none, or a damaged one. */
export const readJson = <T>(path: string): T | undefined => {
  try {
    return JSON.parse(readText(path) ?? '') as T;
  } catch {
    return undefined;
  }
};
