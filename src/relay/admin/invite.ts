import { printable } from '../../config/printable.ts';
import type { Model } from '../../model/model.ts';
import { socketPath } from '../../model/readers.ts';
import type { Row } from '../invitations/ledger.ts';
import { fromBytes, type Order, type Reply, toBytes } from '../invitations/open.ts';
import type { Arguments } from '../lib/command.ts';
import { type DictClient, dictClient } from '../lib/dict-client.ts';
import { PublicError } from '../lib/public-error.ts';

/** An order with a refusal is an error; so is a service that does not know invitations. */
type Done = Exclude<Reply, { readonly refusal: string }>;

const order = async <R extends Done>(given: Order, dict: DictClient): Promise<R> => {
  const reply = await dict
    .lookup(toBytes(given))
    .catch(() => {
      throw new PublicError(
        'the login service does not answer, or cannot write to the disk: see `chatmail status`',
      );
    })
    .finally(dict.close);
  if (reply === undefined)
    throw new PublicError('invitations are not loaded yet: run `systemctl restart chatmail-doveauth`');
  const read = fromBytes(reply) as R | { readonly refusal: string };
  if ('refusal' in read) throw new PublicError(read.refusal);
  return read;
};

const connect = (): DictClient => dictClient(socketPath('invite'));

/** A list shows as much of an id as names it: two of a thousand hardly ever begin alike. */
const SHOWN_DIGITS = 8;
const DAY = 10;

const shortRow = ({ id, uses, joined, waiting, left, created, until, note }: Row) => ({
  id: id.slice(0, SHOWN_DIGITS),
  uses,
  joined,
  waiting,
  left,
  created: new Date(created).toISOString(),
  until: new Date(until).toISOString(),
  note: printable(note),
});

const number = (given: Arguments, option: string, otherwise: number): number => {
  const text = given.values(option).at(-1) ?? String(otherwise);
  if (!/^\d{1,9}$/.test(text))
    throw new PublicError(`${option} must be a number, not ${JSON.stringify(text)}`);
  return Number(text);
};

/** What the settings make of an invitation, where that is not what one expects. */
const remarkOn = ({ settings }: Model): string | undefined =>
  settings.registration === 'open'
    ? 'anybody can join this relay without an invitation: see the setting `registration`'
    : settings.registration === 'closed'
      ? 'nobody can join this relay: see the setting `registration`'
      : undefined;

/** Makes an invitation and prints its link, which is kept nowhere. */
export const createInvitation = async (model: Model, given: Arguments, dict = connect()): Promise<number> => {
  const { token, row } = await order<Extract<Done, { token: string }>>(
    {
      verb: 'create',
      uses: number(given, '--uses', 1),
      days: number(given, '--days', 7),
      note: given.values('--note').at(-1) ?? '',
    },
    dict,
  );
  const link = `https://${model.host}/i/${token}`;
  const { id, uses, until } = shortRow(row);
  if (given.has('--json')) process.stdout.write(`${JSON.stringify({ id, link, uses, until })}\n`);
  else
    process.stdout.write(
      `${link}\n${uses === 1 ? 'one account' : `${uses} accounts`}, until ${until.slice(0, DAY)}; it is not shown again\n`,
    );
  const remark = remarkOn(model);
  if (remark !== undefined) process.stderr.write(`chatmail: ${remark}\n`);
  return 0;
};

/** Prints all invitations, ended ones for a month more. */
export const listInvitations = async (given: Arguments, dict = connect()): Promise<number> => {
  const { rows } = await order<Extract<Done, { rows: readonly Row[] }>>({ verb: 'list' }, dict);
  const short = rows.map(shortRow);
  if (given.has('--json')) {
    process.stdout.write(`${JSON.stringify(short)}\n`);
    return 0;
  }
  if (short.length === 0) process.stdout.write('no invitations: `chatmail invite create` makes one\n');
  else process.stdout.write(`${'id'.padEnd(10)}${'used'.padEnd(14)}${'until'.padEnd(12)}note\n`);
  for (const { id, uses, joined, waiting, until, note } of short) {
    const used = `${joined}${waiting > 0 ? `+${waiting}` : ''} of ${uses}`;
    process.stdout.write(
      `${`${id.padEnd(10)}${used.padEnd(14)}${until.slice(0, DAY)}  ${note}`.trimEnd()}\n`,
    );
  }
  return 0;
};

/** Ends an invitation, and takes back accounts that nobody has logged in to yet. */
export const revokeInvitation = async (given: Arguments, dict = connect()): Promise<number> => {
  const [word = ''] = given.words;
  const id = word.replace(/^https?:\/\/.*\/i\//, '');
  const { revoked } = await order<Extract<Done, { revoked: Row }>>({ verb: 'revoke', id }, dict);
  const row = shortRow(revoked);
  process.stdout.write(
    given.has('--json')
      ? `${JSON.stringify({ revoked: row })}\n`
      : `revoked ${row.id}; ${row.joined === 1 ? 'the account made with it stays' : `the ${row.joined} accounts made with it stay`}\n`,
  );
  return 0;
};
