import { unlink } from 'node:fs/promises';
import { log } from '../lib/log.ts';
import { type Amount, isFull, isSurplus, less, type Message, messagesOf } from '../lib/maildir.ts';
import { count } from '../lib/metrics.ts';
import { readRegular } from '../lib/read-regular.ts';
import { taskQueue } from '../lib/task-queue.ts';

/** Seconds after which a mailbox that is full of recent mail is looked at again. */
const PATIENCE = 60;
/** As many of these are remembered. */
const MAX_CROWDED = 1000;
/** Messages that are gone through in a moment, for which a delivery waits. */
const MANY = 10_000;
/** Of those with more, so many at once. */
const AT_ONCE = 2;

/**
 * What a mailbox stores, by Dovecot's account of it: a line with the limits, then lines of `bytes messages` to add up.
 */
export const usage = (maildirsize: string): Amount => {
  let [bytes, messages] = [0, 0];
  for (const line of maildirsize.split('\n').slice(1)) {
    const [, size = '', number = ''] = /^\s*(-?\d+)(?:\s+(-?\d+))?/.exec(line) ?? [];
    bytes += Number(size);
    messages += Number(number);
  }
  return { bytes, messages };
};

const isRemoved = (path: string): Promise<boolean> =>
  unlink(path).then(
    () => true,
    () => false, // by a client, or under another name by now
  );

function* oldestFirst(byMinute: ReadonlyMap<number, readonly Message[]>): Generator<Message> {
  for (const minute of [...byMinute.keys()].sort((a, b) => a - b))
    yield* [...(byMinute.get(minute) ?? [])].sort((a, b) => a.time - b.time);
}

/** Removes the oldest mail of a full mailbox, and returns whether it is still full. Times are in seconds. */
const trim = async (home: string, limit: Amount, now: number): Promise<boolean> => {
  /** To sort all of them at once would hold up others. */
  const byMinute = new Map<number, Message[]>();
  let [bytes, messages] = [0, 0];
  for await (const message of messagesOf(home, now)) {
    const minute = Math.floor(message.time / 60);
    const those = byMinute.get(minute);
    if (those) those.push(message);
    else byMinute.set(minute, [message]);
    bytes += message.size;
    messages++;
  }
  let used: Amount = { bytes, messages };
  if (!isFull(used, limit)) return false;
  let [removed, left] = [0, used];
  for (const message of oldestFirst(byMinute)) {
    if (!isSurplus(message, used, limit, now)) break;
    used = less(used, message);
    if (!(await isRemoved(message.path))) continue;
    left = less(left, message);
    removed++;
  }
  // Dovecot notices that they are gone, but not their size: without this file it counts again.
  if (removed > 0) await isRemoved(`${home}/maildirsize`);
  count('expired', { what: 'message' }, removed);
  return isFull(left, limit);
};

/**
 * Keeps a mailbox from filling up: from three quarters of its limit on, the oldest mail has to go. Called before a
 * delivery, so that a full mailbox takes mail again, and after it, so that it seldom gets full. Works in the
 * background; what is returned is to be waited for before the delivery, `undefined` where there is nothing to do, or
 * too much. `now` in seconds, `clock` in milliseconds from anywhere.
 */
export const quotaTrimmer = (
  limit: Amount,
  now: () => number = () => Date.now() / 1000,
  clock: () => number = () => performance.now(),
): ((home: string) => Promise<void> | undefined) => {
  /** When to look again at those whose mail is too recent to go. */
  const crowded = new Map<string, number>();
  const busy = new Map<string, Promise<void>>();
  const queue = taskQueue(AT_ONCE);
  const trouble = (error: unknown): void => log('error', `quota: ${(error as NodeJS.ErrnoException).code}`);
  const keep = async (home: string, isLong: boolean): Promise<void> => {
    const work = () => trim(home, limit, now());
    try {
      // What a delivery waits for has no queue before it.
      if (!(await (isLong ? queue(home, work) : work()))) return;
      if (crowded.size >= MAX_CROWDED) crowded.clear();
      crowded.set(home, clock() + PATIENCE * 1000);
    } catch (error) {
      trouble(error);
    } finally {
      busy.delete(home);
    }
  };
  return (home) => {
    try {
      const account = readRegular(`${home}/maildirsize`)?.toString('latin1');
      if (account === undefined) return undefined;
      const used = usage(account);
      if (!isFull(used, limit) || clock() < (crowded.get(home) ?? 0)) return undefined;
      const isLong = used.messages > MANY;
      const work = busy.get(home) ?? keep(home, isLong);
      busy.set(home, work);
      return isLong ? undefined : work;
    } catch (error) {
      trouble(error);
      return undefined;
    }
  };
};
