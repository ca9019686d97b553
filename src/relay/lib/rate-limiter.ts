/** As many senders are remembered; only those who sent within the last burst need to be. */
const MAX_SENDERS = 10_000;

/**
 * Whether a sender may send one more message now: `burst` at once, `perMinute` on average (the generic cell rate
 * algorithm, ITU-T I.371). A message that is refused does not count. `now` is in milliseconds.
 */
export const rateLimiter = (
  perMinute: number,
  burst: number,
  now: () => number = () => performance.now(),
): ((sender: string) => boolean) => {
  const interval = 60_000 / perMinute;
  /** When each message sent so far would have been sent at the average rate. */
  const due = new Map<string, number>();
  return (sender) => {
    const time = now();
    const arrival = Math.max(due.get(sender) ?? 0, time);
    // A millisecond for rounding
    if (arrival - time > (burst - 1) * interval + 1) return false;
    if (due.size >= MAX_SENDERS) forget(due, time);
    due.delete(sender);
    due.set(sender, arrival + interval);
    return true;
  };
};

/** Those whose time has come, or else the one seen longest ago. */
const forget = (due: Map<string, number>, time: number): void => {
  for (const [sender, arrival] of due) if (arrival <= time) due.delete(sender);
  for (const sender of due.keys()) if (due.size >= MAX_SENDERS) due.delete(sender);
};
