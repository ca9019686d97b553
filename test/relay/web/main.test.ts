import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import type { Guest, InvitationsModule } from '../../../src/relay/lib/invitations.ts';
import { handler } from '../../../src/relay/web/main.ts';

let folder: string;
let server: Server;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'web-'));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

type Lookup = (key: string) => Promise<string | undefined>;
const serve = async (
  domain: string,
  draw = async (code: string) => `<svg>${code.length}</svg>`,
  lookup: Lookup = async () => undefined,
  invitations?: InvitationsModule,
) => {
  const model = modelOf({ ...withDefaults({}), mail_domain: domain });
  server = createServer(handler(model, draw, lookup, invitations)).listen(join(folder, 'web'));
  await once(server, 'listening');
};
const ask = async (line: string, address = '192.0.2.1', host = 'chat.example') => {
  const [method, path] = line.split(' ');
  const headers = { 'x-real-ip': address, host };
  const sent = request({ socketPath: join(folder, 'web'), method, path, headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
};

test.each(['POST /new', 'POST /new?x=1', 'POST /cgi-bin/newemail.py'])(
  '%s gives credentials',
  async (line) => {
    await serve('chat.example');
    const { status, headers, body } = await ask(line);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'application/json',
      'no-store',
    ]);
    expect(JSON.parse(body)).toEqual({
      email: expect.stringMatching(/^\w{9}@chat\.example$/),
      password: expect.stringMatching(/^\w{20}$/),
    });
  },
);

test.each([
  ['chat.example', 'GET /new', 302, 'dcaccount:https://chat.example/new'],
  ['chat.example', 'GET /cgi-bin/newemail.py', 302, 'dcaccount:https://chat.example/new'],
  ['192.0.2.1', 'GET /new', 302, '/join'],
  ['192.0.2.1', 'GET /cgi-bin/newemail.py', 200, undefined],
  ['chat.example', 'GET /join', 302, '/'],
  ['chat.example', 'GET /', 404, undefined],
  ['chat.example', 'POST /new/', 404, undefined],
  ['chat.example', 'DELETE /new', 405, undefined],
])('on %s: %s is %d', async (domain, line, status, location) => {
  await serve(domain);
  const answer = await ask(line);
  expect([answer.status, answer.headers.location]).toEqual([status, location]);
});

test('a relay with a self-signed certificate shows a new account at every visit', async () => {
  await serve('192.0.2.1');
  const [first, second] = [await ask('GET /join'), await ask('GET /join')];
  const link =
    /href="(dclogin:\w{9}@\[192\.0\.2\.1\]\?p=\w{20}&amp;v=1&amp;ih=192\.0\.2\.1&amp;sh=192\.0\.2\.1&amp;ic=3)"/;
  expect(first.status).toBe(200);
  const code = link.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  expect(first.body).toContain(`<svg>${code.length}</svg>`);
  expect(first.body).not.toMatch(/<script(?! src="\/copy.js" defer>)|style=|onclick/);
  expect(first.body).toContain(`<code data-label="Copy link">${link.exec(first.body)?.[1]}</code>`);
  expect(link.exec(second.body)?.[1]).not.toBe(link.exec(first.body)?.[1]);
  for (const line of ['POST /new', 'POST /cgi-bin/newemail.py', 'GET /cgi-bin/newemail.py'])
    expect(JSON.parse((await ask(line)).body).dclogin_url).toMatch(/^dclogin:/);
});

test('a relay without DNS yet is joined by the address at which it was found, and says so', async () => {
  await serve('_chat.example');
  const { body } = await ask('GET /join', '192.0.2.1', '198.51.100.7');
  expect(body).toMatch(
    /dclogin:\w{9}@_chat\.example\?p=\w{20}&amp;v=1&amp;ih=198\.51\.100\.7&amp;sh=198\.51\.100\.7&amp;ic=3/,
  );
  expect(body).toContain('connects to 198.51.100.7');
  const named = await ask('GET /join', '192.0.2.1', '_chat.example');
  expect(named.body).toContain('ih=_chat.example&amp;sh=_chat.example');
  expect(named.body).not.toContain('connects to');
  const { body: account } = await ask('POST /new', '192.0.2.1', '198.51.100.7');
  expect(JSON.parse(account).dclogin_url).toContain('&ih=198.51.100.7&');
});

const saying =
  (reason: string): Lookup =>
  async (key) =>
    key === 'shared/closed' ? reason : undefined;
const closed = saying('closed by the operator');
const invited = saying('by invitation only');
const down: Lookup = () => Promise.reject(new Error('dict fault'));
test.each([
  ['chat.example', 'POST /new', closed, 503, '{"reason":"closed by the operator"}'],
  ['_chat.example', 'POST /cgi-bin/newemail.py', closed, 503, '{"reason":"closed by the operator"}'],
  [
    '192.0.2.1',
    'GET /join',
    closed,
    503,
    'New accounts are not available at the moment: closed by the operator.',
  ],
  ['chat.example', 'POST /new', down, 503, '{"reason":"the login service does not answer"}'],
  ['chat.example', 'GET /new', closed, 302, ''],
  ['chat.example', 'POST /new', invited, 503, '{"reason":"by invitation only"}'],
  ['192.0.2.1', 'GET /join', invited, 503, 'This relay is for invited people'],
  // Without the extras nobody is invited.
  ['chat.example', 'POST /new?i=AbCdEfGhIjKlMnOpQrSt_-', invited, 503, 'by invitation only'],
  ['chat.example', 'GET /i/AbCdEfGhIjKlMnOpQrSt_-', invited, 404, ''],
])('on %s without new addresses: %s', async (domain, line, lookup, status, text) => {
  await serve(domain, undefined, lookup);
  const answer = await ask(line);
  expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(text)]);
  expect(answer.body).not.toMatch(/dclogin|password/);
});

test('where there are none, a code is not handed on to an app', async () => {
  await serve('chat.example', undefined, invited);
  expect((await ask('GET /new')).headers.location).toBe('/');
});

test('with the extras, invited people are answered by what is in them', async () => {
  const asked: Guest[] = [];
  const answerGuest = async (_: unknown, guest: Guest) => {
    asked.push(guest);
    return { status: 200, headers: {}, body: 'welcome' };
  };
  await serve('chat.example', undefined, invited, { answerGuest, openInvitations: () => undefined as never });
  for (const line of ['GET /i/x', 'POST /new?i=x', 'POST /new?a=b&i=x'])
    expect(await ask(line)).toMatchObject({ status: 200, body: 'welcome' });
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /i/x',
    'POST /new?i=x',
    'POST /new?a=b&i=x',
  ]);
  for (const line of ['POST /new', 'POST /new?iq=x']) expect((await ask(line)).status).toBe(503);
});

test('a network is given so many accounts at once and no more; another one is not kept waiting', async () => {
  await serve('chat.example');
  const statuses: (number | undefined)[] = [];
  for (let n = 0; n < 42; n++) statuses.push((await ask('POST /new', `192.0.2.${n}`)).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(40);
  expect(statuses.at(-1)).toBe(429);
  expect((await ask('POST /new', '198.51.100.1')).status).toBe(200);
});

test.each([
  ['POST /new', undefined, ''],
  ['GET /join', 'text/html; charset=utf-8', 'Your network has asked too often.'],
])('after too many, %s is answered with 429', async (line, type, said) => {
  await serve('192.0.2.1');
  for (let n = 0; n < 40; n++) await ask('POST /new');
  const { status, headers, body } = await ask(line);
  expect([status, headers['retry-after'], headers['content-type']]).toEqual([429, '60', type]);
  expect(body).toContain(said);
  expect(body === '').toBe(said === '');
});

test('trouble is a 500, with the reason in the journal and nothing of the account', async () => {
  const lines = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await serve('192.0.2.1', async () => {
    throw Object.assign(new Error('spawn'), { code: 'ENOENT' });
  });
  expect((await ask('GET /join')).status).toBe(500);
  expect(lines.mock.calls).toEqual([['<3>web: ENOENT\n']]);
});
