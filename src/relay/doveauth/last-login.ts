import { lstatSync, lutimesSync } from 'node:fs';
import type { DictHandlers } from '../lib/dict-server.ts';
import { type FindMailbox, passwordFile } from '../lib/mailbox.ts';

const DAY = 86_400;

/**
 * Keeps the time of the last login (Unix time, `shared/last-login/<address>`) as the modification time of the
 * password file. Only the day: when exactly somebody was there is nobody's business.
 */
export const lastLoginHandlers = (find: FindMailbox): DictHandlers => ({
  commit: (values) => {
    for (const [key, value] of values) {
      const mailbox = find(key.replace(/^shared\/last-login\//, ''));
      const day = Math.floor(Number(value) / DAY) * DAY;
      if (!mailbox || !(day > 0)) continue;
      const modified = lstatSync(passwordFile(mailbox), { throwIfNoEntry: false })?.mtimeMs;
      if (modified !== undefined && modified !== day * 1000) lutimesSync(passwordFile(mailbox), day, day);
    }
  },
});
