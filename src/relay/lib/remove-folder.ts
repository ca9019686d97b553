import { mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';

/** Mail is saved to `tmp` first: once that is gone nothing comes in. */
const PARTS = ['tmp', 'new', 'cur'];

/** What Dovecot and our services keep beside messages. */
const KNOWN = /^(dovecot|maildir|subscriptions$|enforceE2EEincoming$|metadata\.json|password\.)/;

const unlessMissing = (action: () => void): void => {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
};

/**
 * Removes a Maildir folder without messages, and says whether it did. Nothing is lost where a message or a login
 * comes meanwhile, because only empty folders are removed; one with anything unknown in it stays.
 */
export const removeFolder = (path: string): boolean => {
  if (!readdirSync(path).every((name) => PARTS.includes(name) || KNOWN.test(name))) return false;
  try {
    for (const part of PARTS) unlessMissing(() => rmdirSync(`${path}/${part}`));
    for (const name of readdirSync(path))
      if (KNOWN.test(name)) unlessMissing(() => unlinkSync(`${path}/${name}`));
    rmdirSync(path);
    return true;
  } catch {
    for (const part of PARTS) mkdirSync(`${path}/${part}`, { recursive: true, mode: 0o700 });
    return false;
  }
};
