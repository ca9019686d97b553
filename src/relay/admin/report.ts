import { type Model, PATHS } from '../../model/model.ts';
import { becomeUser } from '../lib/as-user.ts';
import type { Arguments } from '../lib/command.ts';
import { lastLogin } from '../lib/mailbox.ts';
import { mailboxesOf, readMaildir } from '../lib/maildir.ts';
import { sizeText } from '../lib/size-text.ts';

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
  const daysSince = (time: number) => (now - time) / DAY;
  for (const mailbox of mailboxesOf(model, mailRoot)) {
    const login = lastLogin(mailbox);
    const user = login !== undefined && addresses.find((row) => isWithin(daysSince(login), row.days));
    if (user) user.addresses++;
    for (const { time, size } of readMaildir(mailbox.home, now).flatMap((folder) => folder.messages)) {
      const row = messages.find((each) => isWithin(daysSince(time), each.days) && isWithin(size, each.upTo));
      if (!row) continue;
      row.messages++;
      row.bytes += size;
    }
  }
  return { addresses, messages };
};

const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);

/** `1 to 7 days`, by the bounds of a row and of the one before it. */
const period = (before: number | null | undefined, bound: number | null): string => {
  if (bound === null) return `more than ${days(before ?? 0)}`;
  return before == null ? `less than ${days(bound)}` : `${before} to ${days(bound)}`;
};

const ages = AGES.map((bound, i) => ({ bound, title: `${period(AGES[i - 1], bound)} old` }));
const logins = LOGINS.map((bound, i) => ({ bound, title: `last login ${period(LOGINS[i - 1], bound)} ago` }));
const decimal = (bytes: number): string =>
  bytes < 1_000_000 ? `${bytes / 1000} kB` : `${bytes / 1_000_000} MB`;

/** `10 kB to 200 kB`, by the bounds of a row and of the one before it. */
const range = (before: number | null | undefined, bound: number | null): string => {
  if (bound === null) return `over ${decimal(before ?? 0)}`;
  return before == null ? `up to ${decimal(bound)}` : `${decimal(before)} to ${decimal(bound)}`;
};

const sizes = SIZES.map((bound, i) => ({
  bound,
  title: range(SIZES[i - 1], bound),
}));

const line = (title: string, count: number, bytes?: number): string =>
  `${title.padEnd(34)}${String(count).padStart(9)}${bytes === undefined ? '' : sizeText(bytes).padStart(9)}\n`;

/** Totals, and below them what they are made of, without what is zero. */
export const reportText = ({ addresses, messages }: Report): string => {
  const sum = (rows: Report['messages']) =>
    [
      rows.reduce((all, row) => all + row.messages, 0),
      rows.reduce((all, row) => all + row.bytes, 0),
    ] as const;
  const parts = (titles: typeof ages, rowsOf: (bound: number | null) => Report['messages']) =>
    titles.map(({ bound, title }) => [title, ...sum(rowsOf(bound))] as const);
  const [count, bytes] = sum(messages);
  const message = [
    ...parts(ages, (bound) => messages.filter((row) => row.days === bound)),
    ...parts(sizes, (bound) => messages.filter((row) => row.upTo === bound)),
  ];
  return [
    line(
      'addresses',
      addresses.reduce((all, row) => all + row.addresses, 0),
    ),
    ...addresses
      .map((row) => [logins.find(({ bound }) => bound === row.days)?.title ?? '', row.addresses] as const)
      .filter(([, found]) => found > 0)
      .map(([title, found]) => line(`  ${title}`, found)),
    line('messages', count, bytes),
    ...message.filter(([, found]) => found > 0).map(([title, ...rest]) => line(`  ${title}`, ...rest)),
  ].join('');
};

/** Prints what is stored, for all addresses together. */
export const report = (model: Model, { has }: Arguments, mailRoot = PATHS.mail): number => {
  becomeUser('vmail');
  const found = readReport(model, mailRoot, Date.now() / 1000);
  process.stdout.write(has('--json') ? `${JSON.stringify(found)}\n` : reportText(found));
  return 0;
};
