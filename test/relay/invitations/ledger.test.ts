import { beforeEach, expect, test } from 'vitest';
import { ledger } from '../../../src/relay/invitations/ledger.ts';
import { idOf } from '../../../src/relay/invitations/record.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let time: number;
let taken: Set<string>;
let book: ReturnType<typeof ledger>;
const open = () =>
  ledger(
    (name) => taken.has(name),
    () => time,
  );
beforeEach(() => {
  time = 1000 * DAY;
  taken = new Set();
  book = open();
});

const invite = (token: string, uses: number, days = 7): void =>
  book.apply({
    event: 'create',
    id: idOf(token),
    uses,
    created: time,
    until: time + days * DAY,
    note: '',
    joined: 0,
  });
const reserve = (token: string, name: string, password = 'secret'): boolean => {
  const row = book.find(token);
  const reservation = row && book.reservation(row.id, name, password);
  if (reservation) book.apply({ event: 'reserve', ...reservation });
  return reservation !== undefined;
};
/** First login. */
const join = (name: string): void => {
  taken.add(name);
  book.apply({ event: 'join', name });
};
/** Time goes on. */
const wait = (ms: number): void => {
  time += ms;
};
const left = (token: string): number => book.find(token)?.left ?? 0;

test.each<[string, number, () => void]>([
  ['a new one', 3, () => {}],
  ['one account given out', 2, () => reserve('t', 'alice')],
  ['one in use', 2, () => [reserve('t', 'alice'), join('alice')]],
  ['a login that was not noted', 2, () => [reserve('t', 'alice'), taken.add('alice'), wait(2 * DAY)]],
  ['one that nobody has used for a day', 3, () => [reserve('t', 'alice'), wait(DAY)]],
  ['one that nobody has used for less', 2, () => [reserve('t', 'alice'), wait(DAY - 1)]],
  [
    'one in use whose address is gone since',
    2,
    () => [reserve('t', 'alice'), join('alice'), taken.clear(), wait(2 * DAY)],
  ],
  ['all given out', 0, () => ['a', 'b', 'c'].map((name) => reserve('t', name))],
  ['its time is over', 0, () => wait(7 * DAY)],
  ['withdrawn', 0, () => book.apply({ event: 'revoke', id: idOf('t') })],
])('%s: %d of 3 places are left', (_, count, happens) => {
  invite('t', 3);
  happens();
  expect(left('t')).toBe(count);
  expect(left('another')).toBe(0);
});

test('the last place is given once', () => {
  invite('t', 1);
  expect([reserve('t', 'alice'), reserve('t', 'bob')]).toEqual([true, false]);
});

test.each<[string, 'own' | 'another' | undefined, string, string, () => void]>([
  ['with its password', 'own', 'alice', 'secret', () => {}],
  ['with another one', 'another', 'alice', 'Secret', () => {}],
  ['another name', undefined, 'bob', 'secret', () => {}],
  ['after a day', undefined, 'alice', 'secret', () => wait(DAY)],
  ['when it exists', undefined, 'alice', 'secret', () => join('alice')],
  [
    'when the invitation is withdrawn',
    undefined,
    'alice',
    'secret',
    () => book.apply({ event: 'revoke', id: idOf('t') }),
  ],
])('a reserved name %s is claimed: %s', (_, claim, name, password, happens) => {
  invite('t', 2);
  reserve('t', 'alice');
  happens();
  expect(book.claim(name, password)).toBe(claim);
});

test.each<[string, () => void]>([
  ['an address', () => taken.add('alice')],
  ['reserved', () => reserve('t', 'alice', 'another')],
])('a name that is %s is not reserved', (_, happens) => {
  invite('t', 5);
  happens();
  expect(reserve('t', 'alice')).toBe(false);
});

test('an account may be used for a day, also when its invitation ends before', () => {
  invite('t', 1, 1);
  time += DAY - HOUR;
  reserve('t', 'alice');
  time += 2 * HOUR;
  expect(book.claim('alice', 'secret')).toBe('own');
  join('alice');
  expect(book.rows()).toMatchObject([{ joined: 1, waiting: 0, left: 0 }]);
});

test('what it says of itself gives it again, also twice', () => {
  invite('t', 5);
  invite('u', 5);
  reserve('t', 'alice');
  reserve('t', 'bob');
  join('bob');
  reserve('u', 'carol');
  const [rows, events] = [book.rows(), book.events()];
  book = open();
  for (const event of [...events, ...events]) book.apply(event);
  expect(book.rows()).toEqual(rows);
  expect(['alice', 'bob', 'carol'].map((name) => book.claim(name, 'secret'))).toEqual([
    'own',
    undefined,
    'own',
  ]);
});

test('ended ones are in the list for a month more', () => {
  invite('t', 1, 1);
  time += 31 * DAY - 1;
  expect(book.rows()).toHaveLength(1);
  time += 1;
  expect(book.rows()).toHaveLength(0);
  expect(book.events()).toEqual([]);
});
