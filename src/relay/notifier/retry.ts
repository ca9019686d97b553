import type { Attempt } from '../lib/push-queue.ts';

/** Tells the push service of a token: the HTTP status, or what went wrong before there was one. */
export type Push = (token: string) => Promise<number | string>;

/** Seconds after the message when a push is worth nothing any more. */
const DEADLINE = 5 * 3600;

/** When to try again after a failure at `now`: 8, 64, 512, 4096 seconds later. `undefined`: never. */
export const nextAttempt = ({ tries, since, ...attempt }: Attempt, now: number): Attempt | undefined => {
  const due = now + 8 ** (tries + 1);
  return due > since + DEADLINE ? undefined : { ...attempt, due, since, tries: tries + 1 };
};

/** Whether it is time. One later than any failure puts it off was named when the clock was wrong. */
export const isDue = ({ due }: Attempt, now: number): boolean => due <= now || due > now + 8 ** 4;
