import { createHash, timingSafeEqual } from 'node:crypto';

/** One invitation. Times are in milliseconds since 1970. */
export interface Invitation {
  /** Of its token, which is nowhere kept: SHA-256 in hexadecimal digits. */
  readonly id: string;
  /** How many accounts it gives. */
  readonly uses: number;
  readonly created: number;
  readonly until: number;
  readonly note: string;
  /** How many of them exist. */
  readonly joined: number;
}

/** An address that was given to somebody and does not exist yet. */
export interface Reservation {
  /** Of the invitation. */
  readonly id: string;
  readonly name: string;
  /** Of name and password. */
  readonly key: string;
  readonly until: number;
}

/** What happens to invitations, as it is kept. */
export type Event =
  | ({ readonly event: 'create' } & Invitation)
  | { readonly event: 'revoke'; readonly id: string }
  | ({ readonly event: 'reserve' } & Reservation)
  | { readonly event: 'join'; readonly name: string };

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What an invitation is known by. */
export const idOf = (token: string): string => digest(token);

/** What a reserved name and its password are known by. A random password needs no slow hash. */
export const keyOf = (name: string, password: string): string => digest(`${name}\0${password}`);

/** Whether two digests are the same; tells nothing by the time it takes. */
export const isSameDigest = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const isText = (value: unknown): value is string => typeof value === 'string';
/** Also of times: the largest that `Date` takes (ECMA-262 §21.4.1.1). */
const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 8.64e15;

/** An event from a line of the file; `undefined` for a line that is damaged or was cut short. */
export const parseEvent = (line: string): Event | undefined => {
  try {
    const found = JSON.parse(line);
    const { event, id, name, key, until, uses, created, note, joined } = found;
    const isGood =
      event === 'create'
        ? isText(id) && isText(note) && [until, uses, created, joined].every(isNumber)
        : event === 'revoke'
          ? isText(id)
          : event === 'reserve'
            ? [id, name, key].every(isText) && isNumber(until)
            : event === 'join' && isText(name);
    return isGood ? found : undefined;
  } catch {
    return undefined;
  }
};
