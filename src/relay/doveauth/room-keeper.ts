import { log } from '../lib/log.ts';
import { bytesOf, isFull, readMaildir, removeMessages, surplus } from '../lib/maildir.ts';
import { count } from '../lib/metrics.ts';
import { readRegular } from '../lib/read-regular.ts';

/** Seconds after which a mailbox that is full of recent mail is looked at again. */
const PATIENCE = 60;
/** As many of these are remembered. */
const MAX_CROWDED = 1000;

/** What a mailbox stores, by Dovecot's account of it: a line with the limits, then lines of `bytes messages` to add up. */
export const usedBytes = (maildirsize: string): number =>
  maildirsize
    .split('\n')
    .slice(1)
    .reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0), 0);

/**
 * Keeps a mailbox from filling up: from three quarters of its limit on, the oldest mail has to go. Called before a
 * delivery, so that a full mailbox takes mail again, and after it, so that it seldom gets full. `now` in seconds.
 */
export const roomKeeper = (limit: number, now: () => number = () => Date.now() / 1000) => {
  /** When to look again at those whose mail is too recent to go. */
  const crowded = new Map<string, number>();
  return (home: string): void => {
    try {
      const account = readRegular(`${home}/maildirsize`)?.toString('latin1');
      if (account === undefined || !isFull(usedBytes(account), limit)) return;
      if (now() < (crowded.get(home) ?? 0)) return;
      const messages = readMaildir(home, now()).flatMap((folder) => folder.messages);
      const removed = removeMessages(home, surplus(messages, limit, now()));
      count('expired', { what: 'message' }, removed.length);
      if (!isFull(bytesOf(messages) - bytesOf(removed), limit)) return;
      if (crowded.size >= MAX_CROWDED) crowded.clear();
      crowded.set(home, now() + PATIENCE);
    } catch (error) {
      log('error', `quota: ${(error as NodeJS.ErrnoException).code}`);
    }
  };
};
