const DAY = 86_400;

/** Runs are a day apart, and at most a few hours late. */
const FAR = 3 * DAY;
/** After a clock has gone on for so long from where it jumped to, it is believed: the machine was off. */
const GRACE = 7 * DAY;

/** What is kept from run to run. Times are Unix times in seconds. */
export interface ClockRecord {
  /** The clock at the last run that deleted. */
  readonly lastRun?: number | undefined;
  /** Since when, and until when, a clock was seen that is far from that. */
  readonly doubted?: { readonly since: number; readonly until: number } | undefined;
  /** Why the last run deleted nothing. */
  readonly refusal?: string | undefined;
}

export interface ClockFacts {
  readonly now: number;
  /** By the kernel's account; `undefined` where that is not known. */
  readonly isSynchronised: boolean | undefined;
  /** In a container the host keeps the clock, and nothing here can synchronise it. */
  readonly isHosts: boolean;
}

const days = (seconds: number): string => `${Math.round(seconds / DAY)} days`;

/** A time may be lost for ever by one run with a wrong clock: what deletes by it asks here first. */
export const judgeClock = (
  { lastRun, doubted }: ClockRecord,
  { now, isSynchronised, isHosts }: ClockFacts,
): ClockRecord => {
  if (isSynchronised === false && !isHosts)
    return {
      lastRun,
      doubted,
      refusal: 'the clock is not synchronised (see `timedatectl`): allow outgoing NTP, UDP port 123',
    };
  if (lastRun === undefined || Math.abs(now - lastRun) <= FAR) return { lastRun: now };
  const isSame = doubted && now >= doubted.since && Math.abs(now - doubted.until) <= FAR;
  const since = isSame ? doubted.since : now;
  if (now - since >= GRACE) return { lastRun: now };
  const gap = now > lastRun ? `${days(now - lastRun)} ahead of` : `${days(lastRun - now)} behind`;
  return {
    lastRun,
    doubted: { since, until: now },
    refusal: `the clock is ${gap} the last run: if it is right, run \`chatmail expire --trust-clock\`, or wait ${days(GRACE - (now - since))}`,
  };
};
