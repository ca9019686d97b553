import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RelayFile } from '../../render/render.ts';
import { replaceFile } from '../lib/replace-file.ts';

/** Files of Debian's packages that we replace; they come back when our package is removed. */
const REPLACED = ['/etc/postfix/main.cf', '/etc/postfix/master.cf', '/etc/resolv.conf'];
const KEPT = '/var/lib/chatmail/replaced';

const keepOriginal = (path: string): void => {
  const kept = KEPT + path;
  if (!REPLACED.includes(path) || existsSync(kept) || !existsSync(path)) return;
  mkdirSync(dirname(kept), { recursive: true });
  replaceFile(kept, readFileSync(path));
};

/** The mode of a file that everybody may read; a stricter one is replaced. */
const contentOf = (path: string): string | undefined => {
  try {
    return (statSync(path).mode & 0o444) === 0o444 ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
};

/** Writes the files whose content is not there yet, removes those with none, and returns the paths that changed. */
export const applyFiles = (files: readonly RelayFile[]): string[] => {
  const changed = files.filter(({ path, content }) => (contentOf(path) ?? '') !== content);
  for (const { path, content } of changed) {
    if (content === '') {
      rmSync(path);
      continue;
    }
    keepOriginal(path);
    mkdirSync(dirname(path), { recursive: true });
    replaceFile(path, content);
  }
  return changed.map(({ path }) => path);
};
