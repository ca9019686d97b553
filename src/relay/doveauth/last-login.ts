import { lstat, lutimes } from 'node:fs/promises';
import type { DictHandlers } from '../lib/dict-server.ts';
import { type FindMailbox, passwordFile } from '../lib/mailbox.ts';

const DAY = 86_400;

/**
 * Keeps the time of the last login (Unix time, `shared/last-login/<address>`) as the modification time of the
 * password file. Only the day: the exact time of a login is private. It never goes back, else the
 * address would go as unused once a clock that was behind is right again; `expire` mends what is of the future.
 */
export const lastLoginHandlers = (find: FindMailbox): DictHandlers => ({
  commit: async (values) => {
    for (const [key, value] of values) {
      const mailbox = find(key.replace(/^shared\/last-login\//, ''));
      const day = Math.floor(Number(value) / DAY) * DAY;
      if (!mailbox || !(day > 0)) continue;
      const path = passwordFile(mailbox);
      try {
        if ((await lstat(path)).mtimeMs < day * 1000) await lutimes(path, day, day);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  },
});
