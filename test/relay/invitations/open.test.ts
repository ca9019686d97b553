import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Row } from '../../../src/relay/invitations/ledger.ts';
import {
  fromBytes,
  type Offer,
  type Order,
  openInvitations,
  toBytes,
} from '../../../src/relay/invitations/open.ts';

let folder: string;
let file: string;
let why: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'invitations-'));
  file = join(folder, 'invitations');
  why = undefined;
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => openInvitations(file, { isTaken: () => false, whyClosed: () => why });
type Opened = ReturnType<typeof open>;
const order = async (to: Opened, given: Order) =>
  fromBytes((await to.operator(toBytes(given), '')) ?? '') as {
    readonly token: string;
    readonly row: Row;
    readonly rows: readonly Row[];
  };
const create = (to: Opened, { uses = 1, days = 7, note = '' } = {}) =>
  order(to, { verb: 'create', uses, days, note });
const offer = async (to: Opened, token: string): Promise<Offer | undefined> => {
  const found = await to.guests(`shared/invitation/${token}`, '');
  return found === undefined ? undefined : (fromBytes(found) as Offer);
};
const reserve = async (to: Opened, token: string, name: string) =>
  to.guests(`shared/reserve/${token}/${name}/secret`, '');

test('an invitation is made, used and withdrawn, and all of it is there after a restart', async () => {
  const first = open();
  const { token, row } = await create(first, { uses: 2, note: 'für Jürgen' });
  expect(token).toMatch(/^[\w-]{22}$/);
  expect(await offer(first, token)).toMatchObject({ left: 2 });
  expect(await reserve(first, token, 'alice')).toBe('');
  const second = open();
  expect(await offer(second, token)).toMatchObject({ left: 1 });
  expect(second.claim('alice', 'secret')).toBe('own');
  await second.redeem('alice');
  const third = open();
  expect((await order(third, { verb: 'list' })).rows).toMatchObject([
    { note: 'für Jürgen', joined: 1, left: 1 },
  ]);
  expect(await order(third, { verb: 'revoke', id: String(row.id).slice(0, 8) })).toHaveProperty('revoked');
  expect(await offer(open(), token)).toBeUndefined();
});

test('the file has neither tokens nor passwords, and is for its owner alone', async () => {
  const { token } = await create(open());
  await reserve(open(), token, 'alice');
  expect(readFileSync(file, 'utf8')).not.toMatch(new RegExp(`${token}|secret`));
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('of two who want the last place at once one gets it', async () => {
  const relay = open();
  const { token } = await create(relay);
  const answers = await Promise.all(['alice', 'bob', 'carol'].map((name) => reserve(relay, token, name)));
  expect(answers).toEqual(['', undefined, undefined]);
});

test.each([
  ['no uses', { uses: 0 }, 'uses must be from 1 to 10000'],
  ['half a use', { uses: 1.5 }, 'uses must be from 1 to 10000'],
  ['too many days', { days: 3651 }, 'days must be from 1 to 3650'],
  ['two lines', { note: 'a\nb' }, 'a note is one line of at most 200 characters'],
  ['a long note', { note: 'a'.repeat(201) }, 'a note is one line of at most 200 characters'],
])('%s is refused', async (_, given, refusal) => expect(await create(open(), given)).toEqual({ refusal }));

test.each([
  ['unknown', 'abcdef0123', 'there is no such invitation'],
  ['too short to mean one', '', 'there is no such invitation'],
])('an id that is %s is not revoked', async (_, id, refusal) => {
  const relay = open();
  await create(relay);
  expect(await order(relay, { verb: 'revoke', id })).toEqual({ refusal });
});

test('the link itself revokes, too', async () => {
  const relay = open();
  const { token } = await create(relay);
  expect(await order(relay, { verb: 'revoke', id: token })).toHaveProperty('revoked');
});

test('while nobody gets an address, invited people do not either, and learn why', async () => {
  const relay = open();
  const { token } = await create(relay);
  why = 'load too high';
  expect(await offer(relay, token)).toMatchObject({ left: 1, closed: 'load too high' });
  expect(await reserve(relay, token, 'alice')).toBe('load too high');
  why = undefined;
  expect(await reserve(relay, token, 'alice')).toBe('');
});

test('a line that was cut short, and one that is not ours, are left out', async () => {
  const { token } = await create(open(), { uses: 3 });
  appendFileSync(file, '{"event":"reserve","id":"x"}\nnull\n{"event":"revoke","id":"');
  const relay = open();
  expect(await reserve(relay, token, 'alice')).toBe('');
  appendFileSync(file, '{"event":"rese');
  expect(await reserve(relay, token, 'bob')).toBe('');
  expect(await offer(open(), token)).toMatchObject({ left: 1 });
});

test('what cannot be written down has not happened', async () => {
  const relay = open();
  const { token } = await create(relay, { uses: 2 });
  const text = readFileSync(file);
  const again = open();
  rmSync(file);
  symlinkSync('/dev/full', file);
  await expect(reserve(again, token, 'alice')).rejects.toThrow();
  expect(again.claim('alice', 'secret')).toBeUndefined();
  await expect(create(again)).rejects.toThrow();
  rmSync(file);
  writeFileSync(file, text);
  expect(await reserve(again, token, 'alice')).toBe('');
});

test.each([
  ['a link', () => symlinkSync('/etc/hostname', file)],
  ['too large', () => writeFileSync(file, Buffer.alloc(2 ** 23 + 1))],
])('a file that is %s is not read', (_, make) => {
  make();
  expect(open).toThrow();
});

test('many at once are written together, and the file does not grow for ever', async () => {
  const relay = open();
  const { token } = await create(relay, { uses: 10_000 });
  for (let round = 0; round < 3; round++)
    await Promise.all(Array.from({ length: 3000 }, (_, n) => reserve(relay, token, `${round}-${n}`)));
  await Promise.all(Array.from({ length: 3000 }, (_, n) => relay.redeem(`1-${n}`)));
  await create(relay);
  expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThan(22_000);
  expect(await offer(open(), token)).toMatchObject({ left: 1000 });
});

test.each(['a b', 'A', 'a'.repeat(65), ''])('the name %j is not reserved', async (name) => {
  const relay = open();
  const { token } = await create(relay, { uses: 2 });
  expect(await reserve(relay, token, name)).toBe('name is taken');
});

test('a time that is none is not taken for one', async () => {
  await create(open());
  appendFileSync(
    file,
    '{"event":"create","id":"x","uses":1,"created":0,"until":1e300,"note":"","joined":0}\n',
  );
  expect((await order(open(), { verb: 'list' })).rows).toHaveLength(1);
});
