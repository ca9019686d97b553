import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Settings, withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { DictRefusal, dictReplies } from '../../../src/relay/lib/dict-server.ts';
import { parseAttempt, readJob } from '../../../src/relay/lib/push-queue.ts';
import { metadataHandlers } from '../../../src/relay/metadata/handlers.ts';

const NOW = 1_700_000_000;
const A = 'a@chat.example';

let root: string;
let queue: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'metadata-'));
  queue = join(root, 'queue');
  for (const folder of ['queue', A]) mkdirSync(join(root, folder));
});
afterEach(() => {
  rmSync(root, { recursive: true });
  vi.restoreAllMocks();
});

const handlers = (settings: Partial<Settings> = {}, { hasIroh = false, secret = '' } = {}) => {
  const model = modelOf({ ...withDefaults(settings), mail_domain: 'chat.example' }, { hasIroh });
  const findHome = (address: string) => (address.endsWith('@chat.example') ? join(root, address) : undefined);
  const options = { queue, secret: secret || undefined, appVersions: '{"clients":[]}', now: () => NOW };
  return metadataHandlers(model, findHome, options);
};
const converse = (input: string, ...circumstances: Parameters<typeof handlers>) =>
  text(Readable.from(dictReplies(Readable.from([input]), handlers(...circumstances))));
const jobs = () => Promise.all(readdirSync(queue).map((name) => readJob(join(queue, name))));
const file = () => JSON.parse(readFileSync(join(root, A, 'metadata.json'), 'utf8'));

const set = (key: string, value: string, user = A) => `B1\t${user}\nS1\t${key}\t${value}\nC1\n`;
const TOKEN = 'priv/guid/devicetoken';
const NEWS = 'priv/guid/messagenew';
const DELIVERY = 'H2\t2\t0\tx\tdelivery\n';
const SERVER = 'shared/guid/vendor/vendor.dovecot/pvt/server/vendor/deltachat';

test('tokens are set and got, joined with spaces', async () => {
  const input = `${set(TOKEN, 'one')}${set(TOKEN, 'two')}L${TOKEN}\t${A}\n`;
  expect(await converse(input)).toBe('O1\nO1\nOone two\n');
  expect(file()).toEqual({ devicetoken: { one: NOW, two: NOW } });
});

test.each([
  ['no token', `L${TOKEN}\t${A}\n`, 'O\n'],
  ['nobody', `L${TOKEN}\n`, 'N\n'],
  ['somebody elsewhere', `L${TOKEN}\ta@other.example\n`, 'N\n'],
  ['another private key', `Lpriv/guid/other\t${A}\n`, 'N\n'],
  ['a key below it', `L${TOKEN}/x\t${A}\n`, 'N\n'],
  ['recipients', `L${SERVER}/maxsmtprecipients\t${A}\n`, 'O1000\n'],
  ['app versions', `L${SERVER}/appversions\t${A}\n`, 'O{"clients":[]}\n'],
  ['no iroh relay', `L${SERVER}/irohrelay\t${A}\n`, 'N\n'],
  ['no turn', `L${SERVER}/turn\t${A}\n`, 'N\n'],
  ['another key', `L${SERVER}/other\t${A}\n`, 'N\n'],
  ['a name of every object', `L${SERVER}/constructor\t${A}\n`, 'N\n'],
  ['a wrong prefix', `Lshared/guid/turn\t${A}\n`, 'N\n'],
  ['what is there', `I0\t0\tpriv/guid/\t${A}\n`, '\n'],
])('looked up: %s', async (_, input, output) => expect(await converse(input)).toBe(output));

test.each([
  [{}, {}, 'N\n'],
  [{}, { hasIroh: true }, 'Ohttps://chat.example\n'],
  [{ iroh_relay: '' }, { hasIroh: true }, 'N\n'],
  [{ iroh_relay: 'https://iroh.example' }, {}, 'Ohttps://iroh.example\n'],
  [{ iroh_relay: 'https://iroh.example' }, { hasIroh: true }, 'Ohttps://iroh.example\n'],
])('iroh relay with %j and %j: %j', async (settings, machine, answer) =>
  expect(await converse(`L${SERVER}/irohrelay\n`, settings, machine)).toBe(answer),
);

test('turn has a password that is good for two days', async () => {
  const user = String(NOW + 2 * 86_400);
  const password = createHmac('sha1', 'secret').update(user).digest('base64');
  expect(await converse(`L${SERVER}/turn\n`, {}, { secret: 'secret' })).toBe(
    `Ochat.example:3478:${user}:${password}\n`,
  );
});

test.each([
  ['another key', set('priv/guid/other', 'x')],
  ['a shared key', set(`${SERVER}/turn`, 'x')],
  ['two tokens at once', set(TOKEN, 'one two')],
  ['an empty token', set(TOKEN, '')],
  ['a token that is too long', set(TOKEN, 'x'.repeat(4097))],
  ['somebody elsewhere', set(TOKEN, 'x', 'a@other.example')],
  ['nobody', set(TOKEN, 'x', '')],
  ['news from who is not delivery', set(NEWS, '')],
  ['news for somebody elsewhere', DELIVERY + set(NEWS, '', 'a@other.example')],
])('refused: %s', async (_, input) => {
  const lines = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await converse(`${set(TOKEN, 'kept')}${input}L${TOKEN}\t${A}\n`)).toBe('O1\nF1\nOkept\n');
  expect(lines).not.toHaveBeenCalled();
  expect(await jobs()).toEqual([]);
});

test.each([TOKEN, NEWS, 'priv/guid/other', 'priv/', 'shared/guid/comment', `${SERVER}/turn`])(
  'unset, whatever it is: %s',
  async (key) => expect(await converse(`B1\t${A}\nU1\t${key}\nC1\n`)).toBe('O1\n'),
);

test('only the push service ends a token', async () => {
  const unset = `B1\t${A}\nU1\t${TOKEN}\nC1\n`;
  expect(await converse(`${set(TOKEN, 'one')}${unset}L${TOKEN}\t${A}\n`)).toBe('O1\nO1\nOone\n');
});

test('news are a job for each token', async () => {
  expect(await converse(`${DELIVERY}${set(NEWS, '')}${set(TOKEN, 'one')}${set(TOKEN, 'two')}`)).toBe(
    'O1\nO1\nO1\n',
  );
  expect(await jobs()).toEqual([]);
  expect(await converse(`${DELIVERY}${set(NEWS, '')}`)).toBe('O1\n');
  expect(await jobs()).toEqual(
    expect.arrayContaining([
      { address: A, token: 'one' },
      { address: A, token: 'two' },
    ]),
  );
  expect(readdirSync(queue).map(parseAttempt)).toEqual(
    [1, 2].map(() => ({ due: NOW, tries: 0, since: NOW, id: expect.stringMatching(/^\w{16}$/) })),
  );
});

test('without a push service news are nothing', async () => {
  await converse(`${DELIVERY}${set(TOKEN, 'one')}${set(NEWS, '')}`, { push_gateway: '' });
  expect(await jobs()).toEqual([]);
});

test('whatever is asked, it is answered or refused', () => {
  const { lookup, commit } = handlers();
  return fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (key, user) => {
      expect(['string', 'undefined']).toContain(typeof (await lookup?.(key, user)));
      const set = async () => commit?.(new Map([[key, 'x']]), user, 'delivery');
      expect(await set().catch((error) => error)).toBeInstanceOf(DictRefusal);
    }),
  );
});
