import { type Model, PATHS } from '../../model/model.ts';
import { becomeUser } from '../lib/as-user.ts';
import type { Arguments } from '../lib/command.ts';
import { lastLogin } from '../lib/mailbox.ts';
import { mailboxesOf, readMaildir } from '../lib/maildir.ts';
import { megabytes } from './megabytes.ts';

const DAY = 86_400;

/** Ages in days and sizes in bytes; above the last of them there is no bound, which is `null`. */
const AGES = [1, 7, 20, null];
const SIZES = [10_000, 200_000, 2_000_000, null];
const LOGINS = [1, 7, 30, 90, null];

interface Report {
  /** Addresses by the days since their last login, each in one row. */
  readonly addresses: readonly { readonly days: number | null; addresses: number }[];
  /** Messages by age and size, each in one row. */
  readonly messages: readonly {
    readonly days: number | null;
    readonly upTo: number | null;
    messages: number;
    bytes: number;
  }[];
}

const isWithin = (value: number, bound: number | null): boolean => bound === null || value <= bound;

/** What is stored, by age and size. `now` in seconds. */
export const readReport = (model: Model, mailRoot: string, now: number): Report => {
  const addresses = LOGINS.map((days) => ({ days, addresses: 0 }));
  const messages = AGES.flatMap((days) => SIZES.map((upTo) => ({ days, upTo, messages: 0, bytes: 0 })));
  const days = (time: number) => (now - time) / DAY;
  for (const mailbox of mailboxesOf(model, mailRoot)) {
    const login = lastLogin(mailbox);
    const user = login !== undefined && addresses.find((row) => isWithin(days(login), row.days));
    if (user) user.addresses++;
    for (const { time, size } of readMaildir(mailbox.home, now).flatMap((folder) => folder.messages)) {
      const row = messages.find((each) => isWithin(days(time), each.days) && isWithin(size, each.upTo));
      if (!row) continue;
      row.messages++;
      row.bytes += size;
    }
  }
  return { addresses, messages };
};

const age = (days: number | null): string => (days === null ? 'older' : `within ${days} days`).padEnd(16);

const table = ({ addresses, messages }: Report): string =>
  [
    ...messages.map(
      (row) =>
        `message ${age(row.days)} ${(row.upTo === null ? 'larger' : `up to ${row.upTo / 1000} kB`).padEnd(14)} ${String(row.messages).padStart(9)} ${megabytes(row.bytes)}\n`,
    ),
    ...addresses.map((row) => `login   ${age(row.days)} ${String(row.addresses).padStart(24)}\n`),
  ].join('');

/** Prints what is stored, for all addresses together. */
export const report = (model: Model, { has }: Arguments, mailRoot = PATHS.mail): number => {
  becomeUser('vmail');
  const found = readReport(model, mailRoot, Date.now() / 1000);
  process.stdout.write(has('--json') ? `${JSON.stringify(found)}\n` : table(found));
  return 0;
};
