import { rmSync } from 'node:fs';
import { closedText } from '../lib/closed-text.ts';
import { log } from '../lib/log.ts';
import { replaceFile } from '../lib/replace-file.ts';

/** Short enough for a person who switches it and looks. */
const EVERY_MS = 5000;

/**
 * Keeps the home page from giving out addresses that could not log in: while there are no new ones, `file` says why.
 * nginx puts it in, so that the page needs no process.
 */
export const keepNotice = (
  file: string,
  whyClosed: () => string | undefined,
): { readonly look: () => void; readonly close: () => void } => {
  let shown: string | undefined | null = null;
  const look = (): void => {
    try {
      const reason = whyClosed();
      if (reason === shown) return;
      if (reason === undefined) rmSync(file, { force: true });
      else replaceFile(file, closedText(reason));
      shown = reason;
    } catch (error) {
      log('error', `notice: ${(error as NodeJS.ErrnoException).code}`);
    }
  };
  look();
  const timer = setInterval(look, EVERY_MS).unref();
  return { look, close: () => clearInterval(timer) };
};
