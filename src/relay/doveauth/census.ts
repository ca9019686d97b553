import { opendir, readdir } from 'node:fs/promises';
import type { DictHandlers } from '../lib/dict-server.ts';
import { parseAttempt } from '../lib/push-queue.ts';

/** Counting 100,000 folders takes a while, and the number is not needed every second. */
const FRESH_MS = 60_000;

/**
 * Counts the addresses below `folder`, those of automatic tests among them (`ci-…`, `ac_…`), and what waits in the
 * push queue: `<all> <tests> <queued>`.
 * Piece by piece, so that logins go on meanwhile; at most once a minute, however many ask.
 */
export const census = (
  folder: string,
  queue: string,
  now: () => number = () => performance.now(),
): (() => Promise<string>) => {
  let counted: Promise<string> | undefined;
  let until = 0;
  const look = async (): Promise<string> => {
    let [all, tests] = [0, 0];
    for await (const { name } of await opendir(folder, { bufferSize: 1000 })) {
      if (!name.includes('@')) continue;
      all++;
      if (/^(ci-|ac_)/.test(name)) tests++;
    }
    const queued = (await readdir(queue)).filter(parseAttempt).length;
    return `${all} ${tests} ${queued}`;
  };
  return () => {
    if (!counted || now() > until) {
      until = now() + FRESH_MS;
      counted = look();
    }
    return counted;
  };
};

/**
 * For the web, which may ask nothing else: how many addresses there are, why there are no new ones, and what
 * `guests` says of an invitation.
 */
export const censusHandlers = (
  counted: () => Promise<string>,
  whyClosed: () => string | undefined,
  guests: DictHandlers['lookup'] = () => undefined,
): DictHandlers => ({
  lookup: (key, user) =>
    key === 'shared/census' ? counted() : key === 'shared/closed' ? whyClosed() : guests(key, user),
});
