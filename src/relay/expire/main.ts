import { type Model, PATHS } from '../../model/model.ts';
import { becomeUserForGood } from '../lib/as-user.ts';
import type { Arguments } from '../lib/command.ts';
import { count } from '../lib/metrics.ts';
import { printRecord } from '../lib/print-record.ts';
import { expire } from './expire.ts';

/** Expires all mailboxes and prints how much went. Exit status 1 where a mailbox could not be looked at. */
export const runExpire = (model: Model, { has }: Arguments, mailRoot = PATHS.mail): number => {
  becomeUserForGood('vmail');
  const start = performance.now();
  const dryRun = has('--dry-run');
  const expired = expire(model, mailRoot, { isDryRun: dryRun });
  if (!dryRun) {
    const { oldMessages, largeMessages, surplusMessages } = expired;
    count('expired', { what: 'message' }, oldMessages + largeMessages + surplusMessages);
    count('expired', { what: 'account' }, expired.inactiveAddresses);
  }
  const seconds = Math.round(performance.now() - start) / 1000;
  printRecord({ ...expired, dryRun, seconds }, has('--json'));
  return expired.problems > 0 ? 1 : 0;
};
