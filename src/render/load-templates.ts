import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Templates } from './render.ts';

/** The files below `folder`, as templates for the same paths below `target`. */
export const loadTemplates = (folder: string, target: string): Templates => {
  const found = new Map<string, string>();
  const walk = (from: string, to: string) => {
    for (const entry of readdirSync(from, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const [source, path] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isDirectory()) walk(source, path);
      else found.set(path, readFileSync(source, 'utf8'));
    }
  };
  walk(folder, target);
  return found;
};
