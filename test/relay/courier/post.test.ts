import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deliverer } from '../../../src/relay/courier/deliver.ts';
import { openPost, outcomeOf } from '../../../src/relay/courier/post.ts';
import { mayConnect } from '../../../src/relay/courier/private-address.ts';
import {
  mailHosts,
  type OpenRequest,
  requestOpener,
  speaksMxdeliv,
} from '../../../src/relay/courier/remote.ts';
import { type Behaviour, ENDLESS, hostileServer } from '../hostile-server.ts';

const SELF_SIGNED = '[127.0.0.1]';

const anywhere = () => true;

let folder: string;
let certificate: { key: Buffer; cert: Buffer };
let server: Server;
let open: OpenRequest;
let answer: RequestListener;
let isWanted: RequestListener;
const seen: { headers: Record<string, unknown>; body: string; isComplete: boolean }[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'post-'));
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'certificate')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...files], { stdio: 'ignore' });
  certificate = { key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'certificate')) };
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  seen.length = 0;
  answer = (_, response) => response.end('250 2.0.0 Ok: queued as X');
  isWanted = (_, response) => response.writeContinue();
  const take: RequestListener = async (request, response) => {
    const { 'x-mail-from': from, 'x-mail-to': to } = request.headersDistinct;
    const body = await text(request).catch(() => 'cut off');
    seen.push({ headers: { from, to }, body, isComplete: request.complete });
    if (request.complete) answer(request, response);
  };
  server = createServer(certificate, take)
    .on('checkContinue', (request, response) => {
      isWanted(request, response);
      if (!response.writableEnded) void take(request, response);
    })
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  open = requestOpener(false, anywhere, { port: (server.address() as AddressInfo).port });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const send = async (message = 'Hi\r\n', sender = 'a@a.example', to = ['b@[127.0.0.1]', 'c@[127.0.0.1]']) => {
  const post = await openPost(open, SELF_SIGNED, sender, to);
  await post.write(Buffer.from(message));
  return post.end();
};

test('a message with its envelope', async () => {
  expect(await send()).toBe('250 2.0.0 Ok');
  const to = ['b@[127.0.0.1]', 'c@[127.0.0.1]'];
  expect(seen).toEqual([{ headers: { from: ['a@a.example'], to }, body: 'Hi\r\n', isComplete: true }]);
});

test('the null sender is not there', async () => {
  await send('Hi', '');
  expect(seen[0]?.headers).toMatchObject({ from: undefined });
});

test('a large one, and a connection that is used again', async () => {
  const connections: unknown[] = [];
  server.on('secureConnection', (socket) => connections.push(socket));
  const post = await openPost(open, SELF_SIGNED, '', ['b@b']);
  for (let i = 0; i < 100; i++) await post.write(Buffer.alloc(100_000, 'x'));
  expect(await post.end()).toBe('250 2.0.0 Ok');
  expect(seen[0]?.body).toHaveLength(10_000_000);
  expect(await send()).toBe('250 2.0.0 Ok');
  expect(connections).toHaveLength(1);
});

test('a kept connection that the host has given up costs nothing', async () => {
  await send();
  let isFirst = true;
  isWanted = (request, response) => {
    if (isFirst) request.socket.destroy();
    else response.writeContinue();
    isFirst = false;
  };
  expect(await send('again')).toBe('250 2.0.0 Ok');
  expect(seen.at(-1)?.body).toBe('again');
});

test('one that is aborted is not complete', async () => {
  const post = await openPost(open, SELF_SIGNED, '', ['b@b']);
  await post.write(Buffer.from('Hi'));
  post.abort();
  await expect.poll(() => seen).toMatchObject([{ isComplete: false }]);
  expect(await post.end()).toBe(undefined);
});

// biome-ignore format: one line per case
const OUTCOMES: readonly (readonly [number, string, boolean, string | undefined])[] = [
  [200, '250 2.0.0 Ok', true, '250 2.0.0 Ok'],
  [202, '', true, '250 2.0.0 Ok'],
  [200, '250 2.0.0 Ok', false, undefined],
  [400, '523 Encryption Needed', true, '523 Encryption Needed'],
  [400, '523 Encryption Needed', false, '523 Encryption Needed'],
  [400, '450-4.7.1 Later\r\n450 x', true, '450 4.7.1 Later'],
  [400, '550 5.1.1 no\r\n250 ok', true, '550 5.1.1 no'],
  [400, '250 2.0.0 Ok', true, undefined],
  [400, '<html>400 Bad Request', true, undefined],
  [400, '', true, undefined],
  [413, '<html>', false, '451 4.3.4 Too large for HTTPS'],
  [431, '', false, '451 4.3.4 Too large for HTTPS'],
  [503, '451 4.7.1 Later', true, '451 4.7.1 Later'],
  [502, '<html>502', true, undefined],
  [404, '550 5.1.1 no', true, undefined],
  [405, '', true, undefined],
  [301, '550 no', true, undefined],
];
test.each(OUTCOMES)('%d %j, complete: %j, means %j', (status, body, isComplete, outcome) => {
  expect(outcomeOf(status, body, isComplete)).toBe(outcome);
});

test('an answer before the message counts if it refuses, and not if it takes', async () => {
  isWanted = (_, response) => response.writeHead(400).end('554 5.7.1 no');
  expect(await send()).toBe('554 5.7.1 no');
  isWanted = (_, response) => response.writeHead(200).end('250 2.0.0 Ok');
  expect(await send()).toBe(undefined);
  expect(seen).toEqual([]);
});

test('an answer while the message is sent ends it', async () => {
  isWanted = (_, response) => {
    response.writeContinue();
    response.writeHead(413).end();
  };
  const post = await openPost(open, SELF_SIGNED, '', ['b@b']);
  for (let i = 0; i < 100; i++) await post.write(Buffer.alloc(100_000, 'x'));
  expect(await post.end()).toBe('451 4.3.4 Too large for HTTPS');
});

test('a host that dies', async () => {
  answer = ({ socket }) => socket.destroy();
  expect(await send()).toBe(undefined);
  isWanted = ({ socket }) => socket.destroy();
  expect(await send()).toBe(undefined);
  server.closeAllConnections();
  server.close();
  expect(await send()).toBe(undefined);
});

test('who speaks it says 405', async () => {
  const say =
    (status: number): RequestListener =>
    (_, response) =>
      response.writeHead(status).end();
  for (const [status, supportsMxdeliv] of [
    [405, true],
    [404, false],
    [200, false],
    [301, false],
  ] as const) {
    answer = say(status);
    expect(await speaksMxdeliv(open, SELF_SIGNED)).toBe(supportsMxdeliv);
  }
});

test('a certificate that nobody vouches for is for those who say so', async () => {
  const localhost: OpenRequest = (domain, nth, options) =>
    open(SELF_SIGNED, nth, { rejectUnauthorized: !/^[[_]/.test(domain), ...options });
  answer = (_, response) => response.writeHead(405).end();
  await expect(speaksMxdeliv(localhost, 'chat.example')).rejects.toThrow(/self-signed/);
  expect(await speaksMxdeliv(localhost, '_chat.example')).toBe(true);
});

test('nobody answers', async () => {
  await expect(speaksMxdeliv(open, '[127.0.0.2]')).rejects.toThrow();
  await expect(speaksMxdeliv(open, 'no domain')).rejects.toThrow();
});

const LIMITS = { ready: 200, allReady: 300, answer: 200, total: 2000 };

describe('a host that', () => {
  /** One that behaves so before it has the message, or once it says that it wants it. */
  const hostile = async (behaviour: Behaviour) => {
    const host = await hostileServer(behaviour, certificate);
    return { ...host, opener: requestOpener(false, anywhere, { port: host.port }) };
  };

  test.each(ENDLESS)('answers with %s is given up', async (what, behaviour) => {
    const { opener, open: left } = await hostile(behaviour);
    const post = await openPost(opener, SELF_SIGNED, '', ['b@b'], LIMITS);
    await post.write(Buffer.from('Hi'));
    expect(await post.end(), what).toBe(undefined);
    await expect.poll(left).toBe(0);
  });

  test.each(ENDLESS)('wants the message and then answers with %s is given up', async (_, behaviour) => {
    const { opener, open: left } = await hostile((socket) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      socket.on('data', (piece) => String(piece).endsWith('0\r\n\r\n') && behaviour(socket));
    });
    const post = await openPost(opener, SELF_SIGNED, '', ['b@b'], LIMITS);
    await post.write(Buffer.from('Hi'));
    // What began with 200 is taken, whatever follows.
    expect([undefined, '250 2.0.0 Ok']).toContain(await post.end());
    await expect.poll(left).toBe(0);
  });

  test('changes to another protocol does not speak it', async () => {
    const [, behaviour = () => {}] = ENDLESS.find(([what]) => what.includes('protocol')) ?? [];
    const { opener } = await hostile(behaviour);
    await expect(speaksMxdeliv(opener, SELF_SIGNED)).rejects.toThrow();
  });

  test('says 405 and goes on is known to speak it, and not listened to', async () => {
    const [, behaviour = () => {}] = ENDLESS.find(([what]) => what.startsWith('405')) ?? [];
    const { opener, open: left } = await hostile(behaviour);
    expect(await speaksMxdeliv(opener, SELF_SIGNED)).toBe(true);
    await expect.poll(left).toBe(0);
  });

  test('takes a connection for dead each time is asked a few times only', async () => {
    let asked = 0;
    const stale: OpenRequest = async (domain, nth, options) => {
      asked++;
      return Object.defineProperty(await open(domain, nth, options), 'reusedSocket', { value: true });
    };
    isWanted = ({ socket }) => socket.destroy();
    const post = await openPost(
      (domain, nth, options) =>
        nth > 0 ? Promise.reject(new Error('no host')) : stale(domain, nth, options),
      SELF_SIGNED,
      '',
      ['b@b'],
    );
    expect(await post.end()).toBe(undefined);
    expect(asked).toBe(4);
  });
});

test.each(['[127.0.0.1]', '[ipv6:::1]', '[ipv6:::ffff:127.0.0.1]', 'localhost'])(
  'nothing is connected to at %s, whatever leads there',
  async (domain) => {
    const connections: unknown[] = [];
    server.on('connection', (socket) => connections.push(socket));
    const careful = requestOpener(false, mayConnect, { port: (server.address() as AddressInfo).port });
    await expect(speaksMxdeliv(careful, domain)).rejects.toThrow();
    const post = await openPost(careful, domain, '', [`b@${domain}`]);
    expect(await post.end()).toBe(undefined);
    expect(connections).toEqual([]);
  },
);

/** A domain with several hosts, of which this is the nth. */
const hostIs =
  (nth: number): OpenRequest =>
  (_, asked, options) =>
    open(asked === nth ? SELF_SIGNED : `[127.0.0.${2 + asked}]`, 0, options);

test.each([0, 1, 2])('host %d is the one that answers', async (nth) => {
  answer = (_, response) => response.writeHead(405).end();
  expect(await speaksMxdeliv(hostIs(nth), 'a.example')).toBe(true);
  answer = (_, response) => response.end();
  const post = await openPost(hostIs(nth), 'a.example', '', ['b@b']);
  expect(await post.end()).toBe('250 2.0.0 Ok');
});

test('a host that refuses is the last one asked', async () => {
  isWanted = (_, response) => response.writeHead(400).end('554 5.7.1 no');
  const asked: number[] = [];
  const twice: OpenRequest = (_, nth, options) => {
    asked.push(nth);
    return open(SELF_SIGNED, 0, options);
  };
  expect(await (await openPost(twice, 'a.example', '', ['b@b'])).end()).toBe('554 5.7.1 no');
  expect(asked).toEqual([0]);
});

/** As the deliverer opens it for recipients of whom one may have the message. */
const begin = async (...args: Parameters<ReturnType<typeof deliverer>>) => {
  const { routes, failed, avoided } = told();
  const transaction = await deliverer(open, routes)(...args);
  if (typeof transaction === 'string') throw new Error(transaction);
  return { transaction, failed, avoided };
};

const told = () => {
  const [failed, avoided]: [string[], string[]] = [[], []];
  return {
    failed,
    avoided,
    routes: {
      failed: (domain: string) => void failed.push(domain),
      avoid: (to: string) => void avoided.push(to),
    },
  };
};

test('what is too large for HTTPS may go by port 25', async () => {
  isWanted = (_, response) => response.writeHead(413).end();
  const { transaction, failed, avoided } = await begin('a@a.example', ['b@[127.0.0.1]', 'c@[127.0.0.1]']);
  expect(await transaction.end()).toEqual(['451 4.3.4 Too large for HTTPS', '451 4.3.4 Too large for HTTPS']);
  expect([failed, avoided]).toEqual([[], ['b@[127.0.0.1]', 'c@[127.0.0.1]']]);
});

test('each recipient is told what became of the message to its host', async () => {
  const { transaction, failed, avoided } = await begin('a@a.example', [
    'b@[127.0.0.1]',
    'x@[127.0.0.2]',
    'C@[127.0.0.1]',
  ]);
  await transaction.write(Buffer.from('Hi'));
  expect(await transaction.end()).toEqual(['250 2.0.0 Ok', '451 4.4.1 No answer by HTTPS', '250 2.0.0 Ok']);
  expect([failed, avoided]).toEqual([['[127.0.0.2]'], []]);
  expect(seen).toMatchObject([{ headers: { to: ['b@[127.0.0.1]', 'C@[127.0.0.1]'] }, body: 'Hi' }]);
});

const mx =
  (...records: [string, number][]) =>
  async () =>
    records.map(([exchange, priority]) => ({ exchange, priority }));
const fails = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

test.each([
  ['[192.0.2.1]', mx(), ['192.0.2.1']],
  ['[ipv6:2001:db8::1]', mx(), ['2001:db8::1']],
  ['[example.org]', mx(), []],
  [
    'example.org',
    mx(['b.example', 20], ['d.example', 10], ['c.example', 10], ['a.example', 30]),
    ['c.example', 'd.example', 'b.example'],
  ],
  ['example.org', mx(['', 0]), []],
  ['example.org', fails('ENODATA'), ['example.org']],
  ['_example.org', mx(['mx_1.example', 10]), ['mx_1.example']],
  ['exa mple', mx(['a.example', 10]), []],
  ['a/b', mx(['a.example', 10]), []],
])('the hosts for %s', async (domain, resolveMx, hosts) => {
  expect(await mailHosts(domain, resolveMx)).toEqual(hosts);
});

test.each(['ENOTFOUND', 'ESERVFAIL', 'ETIMEOUT'])('no host is known after %s', async (code) => {
  await expect(mailHosts('example.org', fails(code))).rejects.toThrow(code);
});
