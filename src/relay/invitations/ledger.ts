import { type Event, type Invitation, idOf, isSameDigest, keyOf, type Reservation } from './record.ts';

/** An address that nobody logs in to belongs to the invitation again after a day. */
const RESERVED_MS = 86_400_000;
/** Ended invitations stay in the list for a month. */
const REMEMBERED_MS = 30 * 86_400_000;

/** More than any relay needs; what is remembered is bounded. */
export const MAX_INVITATIONS = 1000;
export const MAX_USES = 10_000;
const MAX_RESERVATIONS = 10_000;

/** An invitation as its operator sees it. */
export interface Row extends Invitation {
  /** Given out, but not in use yet. */
  readonly waiting: number;
  readonly left: number;
}

/**
 * Who was invited and which names are promised, in memory. What changes it is an {@link Event}; the same events give the
 * same ledger again. `now` is in milliseconds since 1970; `isTaken`: there is an address of that name.
 */
export const ledger = (isTaken: (name: string) => boolean, now: () => number = Date.now) => {
  const invitations = new Map<string, Invitation & { waiting: Set<string> }>();
  const reservations = new Map<string, Reservation>();

  const join = (name: string): void => {
    const invitation = invitations.get(reservations.get(name)?.id ?? '');
    reservations.delete(name);
    if (!invitation?.waiting.delete(name)) return;
    invitations.set(invitation.id, { ...invitation, joined: invitation.joined + 1 });
  };
  const giveBack = (name: string): void => {
    invitations.get(reservations.get(name)?.id ?? '')?.waiting.delete(name);
    reservations.delete(name);
  };
  /** Ends the reservations of an invitation that are over. One whose login was not noted is in use all the same. */
  const settle = (id: string): void => {
    // The oldest comes first.
    for (const name of invitations.get(id)?.waiting ?? []) {
      if ((reservations.get(name)?.until ?? 0) > now()) return;
      (isTaken(name) ? join : giveBack)(name);
    }
  };
  const rowOf = (id: string): Row | undefined => {
    settle(id);
    const found = invitations.get(id);
    if (!found) return undefined;
    const { waiting, ...invitation } = found;
    const left = invitation.until <= now() ? 0 : invitation.uses - invitation.joined - waiting.size;
    return { ...invitation, waiting: waiting.size, left };
  };
  const revoke = (id: string): void => {
    for (const name of invitations.get(id)?.waiting ?? []) reservations.delete(name);
    invitations.delete(id);
  };
  const isForgotten = (row: Row): boolean => row.waiting === 0 && row.until + REMEMBERED_MS <= now();

  return {
    apply: (event: Event): void => {
      if (event.event === 'create') {
        const { event: _, ...invitation } = event;
        if (!invitations.has(invitation.id))
          invitations.set(invitation.id, { ...invitation, waiting: new Set() });
      } else if (event.event === 'revoke') revoke(event.id);
      else if (event.event === 'join') join(event.name);
      else {
        const { event: _, ...reservation } = event;
        invitations.get(reservation.id)?.waiting.add(reservation.name);
        if (invitations.has(reservation.id)) reservations.set(reservation.name, reservation);
      }
    },
    giveBack,
    /** All that are not forgotten, the newest first. */
    rows: (): Row[] => {
      const rows = [...invitations.keys()].map(rowOf).filter((row): row is Row => row !== undefined);
      for (const row of rows.filter(isForgotten)) revoke(row.id);
      return rows.filter((row) => !isForgotten(row)).sort((a, b) => b.created - a.created);
    },
    /** The invitation of this token, as long as it has places left. */
    find: (token: string): Row | undefined => {
      const row = rowOf(idOf(token));
      return row && row.left > 0 ? row : undefined;
    },
    /** What reserves a name for this password, if the name is free. */
    reservation: (id: string, name: string, password: string): Reservation | undefined => {
      settle(reservations.get(name)?.id ?? '');
      if (reservations.has(name) || isTaken(name)) return undefined;
      return { id, name, key: keyOf(name, password), until: now() + RESERVED_MS };
    },
    claim: (name: string, password: string): 'own' | 'another' | undefined => {
      settle(reservations.get(name)?.id ?? '');
      const reservation = reservations.get(name);
      return reservation && (isSameDigest(reservation.key, keyOf(name, password)) ? 'own' : 'another');
    },
    /** Whether more reserved names would be too many. */
    isFull: (): boolean => {
      if (reservations.size >= MAX_RESERVATIONS) for (const id of invitations.keys()) settle(id);
      return reservations.size >= MAX_RESERVATIONS;
    },
    /** The fewest events that give this ledger again. */
    events: (): Event[] => [
      ...[...invitations.values()].map(({ waiting: _, ...each }) => ({ event: 'create', ...each }) as const),
      ...[...reservations.values()].map((each) => ({ event: 'reserve', ...each }) as const),
    ],
  };
};
