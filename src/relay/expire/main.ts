import { type Model, PATHS } from '../../model/model.ts';
import { becomeUserForGood } from '../lib/as-user.ts';
import type { Arguments } from '../lib/command.ts';
import { count } from '../lib/metrics.ts';
import { printRecord } from '../lib/print-record.ts';
import { sizeText } from '../lib/size-text.ts';
import { judgeClock } from './clock.ts';
import { clockFacts, readClock, writeClock } from './clock-facts.ts';
import { expire } from './expire.ts';

/**
 * Expires all mailboxes and prints how much went. Exit status 1 where a mailbox could not be looked at, or where the
 * clock cannot be trusted: then nothing is deleted, and the reason is printed here and by `chatmail status`.
 */
export const runExpire = (
  model: Model,
  { has }: Arguments,
  {
    mailRoot = PATHS.mail,
    clock = PATHS.expireClock,
    facts = clockFacts,
  }: { mailRoot?: string; clock?: string; facts?: typeof clockFacts } = {},
): number => {
  becomeUserForGood('vmail');
  const start = performance.now();
  const dryRun = has('--dry-run');
  const now = facts();
  const judged = judgeClock(readClock(clock, model, mailRoot), now);
  const { refusal } = has('--trust-clock') ? {} : judged;
  if (refusal !== undefined)
    process.stderr.write(`${dryRun ? 'nothing would be deleted: ' : ''}${refusal}\n`);
  if (!dryRun) writeClock(clock, refusal === undefined ? { lastRun: now.now } : judged);
  if (refusal !== undefined && !dryRun) return 1;
  const expired = expire(model, mailRoot, { now: now.now, isDryRun: dryRun });
  if (!dryRun) {
    const { oldMessages, largeMessages, surplusMessages } = expired;
    count('expired', { what: 'message' }, oldMessages + largeMessages + surplusMessages);
    count('expired', { what: 'account' }, expired.inactiveAddresses);
  }
  const seconds = Math.round(performance.now() - start) / 1000;
  const isJson = has('--json');
  const { bytes, ...counts } = expired;
  const size = isJson ? { bytes } : { size: sizeText(bytes) };
  printRecord({ ...counts, ...size, dryRun, seconds }, isJson);
  return expired.problems > 0 ? 1 : 0;
};
