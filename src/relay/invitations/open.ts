import { randomBytes } from 'node:crypto';
import type { Invitations, Known } from '../lib/invitations.ts';
import { openJournal, readEvents } from './journal.ts';
import { ledger, MAX_INVITATIONS, MAX_USES, type Row } from './ledger.ts';
import { type Event, idOf } from './record.ts';

/** An order of the operator's, and what it is answered. */
export type Order =
  | { readonly verb: 'create'; readonly uses: number; readonly days: number; readonly note: string }
  | { readonly verb: 'list' }
  /** `id`: the start of one, or a token. */
  | { readonly verb: 'revoke'; readonly id: string };
export type Reply =
  | { readonly token: string; readonly row: Row }
  | { readonly rows: readonly Row[] }
  | { readonly revoked: Row }
  | { readonly refusal: string };

/** What a guest is told of an invitation. */
export interface Offer {
  readonly left: number;
  readonly until: number;
  /** Why it cannot be used now. */
  readonly closed?: string;
}

const DAY_MS = 86_400_000;
const MAX_DAYS = 3650;
const MAX_NOTE = 200;

const GUEST = 'shared/invitation/';
const RESERVE = 'shared/reserve/';

/** As the web makes them, which may have been taken over. */
const NAME = /^[a-z0-9._-]{1,64}$/;

const isWithin = (value: unknown, max: number): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= max;

/** JSON as a dict carries it: bytes, one per character. */
export const toBytes = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('latin1');
export const fromBytes = (text: string): unknown => JSON.parse(Buffer.from(text, 'latin1').toString());

/** Invitations, kept in `file`. Throws where it cannot be read or written. */
export const openInvitations = (
  file: string,
  { isTaken, whyClosed }: Known,
  now: () => number = Date.now,
): Invitations => {
  const book = ledger(isTaken, now);
  for (const event of readEvents(file)) book.apply(event);
  book.rows(); // forgets what is over
  const journal = openJournal(file, book.events);

  /** Holds at once, so that of two who want the last place one gets it; taken back if it cannot be kept. */
  const record = async (event: Event, takeBack: () => void): Promise<void> => {
    book.apply(event);
    try {
      await journal.add(event);
    } catch (error) {
      takeBack();
      throw error;
    }
  };

  const create = async (uses: number, days: number, note: string): Promise<Reply> => {
    if (!isWithin(uses, MAX_USES)) return { refusal: `uses must be from 1 to ${MAX_USES}` };
    if (!isWithin(days, MAX_DAYS)) return { refusal: `days must be from 1 to ${MAX_DAYS}` };
    if ([...note].length > MAX_NOTE || /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(note))
      return { refusal: `a note is one line of at most ${MAX_NOTE} characters` };
    if (book.rows().length >= MAX_INVITATIONS)
      return { refusal: `there are ${MAX_INVITATIONS} invitations: revoke some` };
    const token = randomBytes(16).toString('base64url');
    const id = idOf(token);
    const created = now();
    const invitation = { id, uses, created, until: created + days * DAY_MS, note, joined: 0 };
    await record({ event: 'create', ...invitation }, () => book.apply({ event: 'revoke', id }));
    return { token, row: { ...invitation, waiting: 0, left: uses } };
  };

  const revoke = async (given: string): Promise<Reply> => {
    const whole = idOf(given);
    const found = book.rows().filter(({ id }) => id === whole || (given.length > 3 && id.startsWith(given)));
    const [revoked] = found;
    if (!revoked || found.length > 1)
      return {
        refusal: found.length > 1 ? `more than one begins with ${given}` : 'there is no such invitation',
      };
    // Kept first: what could not be written down is not revoked.
    const event = { event: 'revoke', id: revoked.id } as const;
    await journal.add(event);
    book.apply(event);
    return { revoked };
  };

  const obey = async (order: Order): Promise<Reply> => {
    if (order.verb === 'create') return create(order.uses, order.days, order.note);
    return order.verb === 'revoke' ? revoke(order.id) : { rows: book.rows() };
  };

  const offer = (token: string): Offer | undefined => {
    const row = book.find(token);
    const closed = whyClosed();
    return row && { left: row.left, until: row.until, ...(closed !== undefined && { closed }) };
  };

  /** Empty when the name is reserved; else why not. */
  const reserve = async (token: string, name: string, password: string): Promise<string | undefined> => {
    const row = book.find(token);
    if (!row) return undefined;
    if (!NAME.test(name)) return 'name is taken';
    const closed =
      whyClosed() ?? (book.isFull() ? 'too many accounts wait for their first login' : undefined);
    if (closed !== undefined) return closed;
    const reservation = book.reservation(row.id, name, password);
    if (!reservation) return 'name is taken';
    await record({ event: 'reserve', ...reservation }, () => book.giveBack(name));
    return '';
  };

  return {
    claim: book.claim,
    redeem: async (name) => {
      const event = { event: 'join', name } as const;
      book.apply(event);
      // Where this fails, it is found out after a day.
      await journal.add(event).catch(() => {});
    },
    guests: async (key) => {
      if (key.startsWith(GUEST)) {
        const found = offer(key.slice(GUEST.length));
        return found && toBytes(found);
      }
      const [token = '', name = '', password = ''] = key.startsWith(RESERVE)
        ? key.slice(RESERVE.length).split('/')
        : [];
      return token === '' ? undefined : reserve(token, name, password);
    },
    operator: async (key) => toBytes(await obey(fromBytes(key) as Order)),
  };
};
