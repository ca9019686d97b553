import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, globalAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openAccount, Refusal } from '../../../src/relay/certificate/account.ts';

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
let key: Buffer;
let cert: Buffer;
const { ca } = globalAgent.options;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'authorize-'));
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'cert')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x'];
  const name = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...name, ...files], { stdio: 'ignore' });
  [key, cert] = [readFileSync(join(folder, 'key')), readFileSync(join(folder, 'cert'))];
  rmSync(folder, { recursive: true });
  globalAgent.options.ca = cert;
});
afterAll(() => {
  globalAgent.options.ca = ca;
});

/** An authority whose directory is as it must be; what it is asked else is up to `answer`. */
const authority = async (answer: RequestListener, meta?: unknown, orders: unknown[] = []) => {
  const posts: string[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const directory = {
      newNonce: `${base}/nonce`,
      newAccount: `${base}/account`,
      newOrder: `${base}/order`,
      meta,
    };
    if (request.url === '/') return void response.end(JSON.stringify(directory));
    if (request.url === '/nonce') return void response.setHeader('Replay-Nonce', 'n').end();
    posts.push(request.url ?? '');
    text(request).then((body) => {
      if (request.url === '/order')
        orders.push(JSON.parse(Buffer.from(JSON.parse(body).payload, 'base64url').toString()));
      answer(request, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`, posts };
};

const problem = (type: string, headers = {}): RequestListener => {
  const text = JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail: 'no' });
  return (_, response) =>
    response.writeHead(400, { 'content-type': 'application/problem+json', ...headers }).end(text);
};

const open = async (answer: RequestListener, meta?: unknown) => {
  const { url, posts } = await authority(answer, meta);
  const pauses: number[] = [];
  const account = openAccount(url, pem, {}, async (ms) => void pauses.push(ms));
  return { account, posts, pauses };
};

test('a nonce that is always bad is tried four times, with pauses that grow', async () => {
  const { account, posts, pauses } = await open(problem('badNonce'));
  await expect(account).rejects.toMatchObject({ type: 'badNonce' });
  expect([posts.length, pauses]).toEqual([4, [1000, 2000, 4000]]);
});

test('an authority that wants a pause gets it, and not a longer one than a minute', async () => {
  const { account, pauses } = await open(problem('badNonce', { 'retry-after': '7' }));
  await expect(account).rejects.toThrow();
  expect(pauses).toEqual([7000, 7000, 7000]);
  const { account: other, pauses: longer } = await open(problem('badNonce', { 'retry-after': '86400' }));
  await expect(other).rejects.toThrow();
  expect(longer).toEqual([60_000, 60_000, 60_000]);
});

test('a nonce that was bad once is of no consequence', async () => {
  let isFirst = true;
  const { account } = await open((request, response) => {
    if (isFirst) problem('badNonce')(request, response);
    else response.setHeader('Location', 'https://a/1').end('{}');
    isFirst = false;
  });
  expect((await account).url).toBe('https://a/1');
});

test.each<[string, unknown, string[]]>([
  ['nothing', undefined, []],
  ['null', null, []],
  ['nothing of that', { termsOfService: 'x' }, []],
  ['its names', { caaIdentities: ['ca.example', 'ca-too.example'] }, ['ca.example', 'ca-too.example']],
  ['one name', { caaIdentities: 'ca.example' }, []],
  ['what is no name', { caaIdentities: ['ca.example";x', 1, null, 'ca.example', '<b>'] }, ['ca.example']],
])('a directory that says %s of CAA', async (_, meta, issuers) => {
  const { account } = await open(
    (_request, response) => response.setHeader('Location', 'https://a/1').end('{}'),
    meta,
  );
  expect((await account).issuers).toEqual(issuers);
});

test('any other refusal is the last word', async () => {
  const { account, posts } = await open(problem('rateLimited'));
  await expect(account).rejects.toMatchObject({ type: 'rateLimited', message: 'no' });
  expect(posts).toHaveLength(1);
});

test.each([
  ['a page for people', 'text/html', '<h1>Busy'],
  ['nothing', '', ''],
])('%s with status 503 is no refusal, and says when to come again', async (_, type, page) => {
  const { account } = await open((_request, response) =>
    response.writeHead(503, { 'content-type': type, 'retry-after': '7' }).end(page),
  );
  const error = await account.catch((fault) => fault);
  expect(error).not.toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ message: 'HTTP status 503', headers: { 'retry-after': '7' } });
});

test('an answer without end is not read to it', async () => {
  const { account } = await open((_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
    };
    response.on('drain', more).on('error', () => {});
    more();
  });
  await expect(account).rejects.toThrow('answer too long');
});

test('more proofs than names are not given', async () => {
  const { account } = await open((request, response) => {
    const authorizations = ['https://a/1', 'https://a/2', 'https://a/3'];
    response.setHeader('Location', 'https://a/0');
    response.end(JSON.stringify(request.url === '/order' ? { authorizations } : {}));
  });
  await expect((await account).certify(['a.example', 'b.example'], Buffer.from('csr'))).rejects.toThrow(
    /names that were not requested/,
  );
});

/** An authority that has profiles, proves nothing, and answers in the order's own time. */
const issuing = async (end: object, meta?: object, chain = 'PEM') => {
  const orders: unknown[] = [];
  let looks = 0;
  const found = await authority(
    (request, response) => {
      const base = `https://${request.headers.host}`;
      const path = request.url ?? '';
      if (path === '/account') return void response.setHeader('Location', `${base}/account/1`).end('{}');
      response.setHeader('Location', `${base}/order/1`);
      if (path === '/chain')
        return void response.setHeader('Content-Type', 'application/pem-certificate-chain').end(chain);
      const now = path === '/order/1' && looks++ > 2 ? end : { status: looks > 1 ? 'processing' : 'ready' };
      response.end(
        JSON.stringify({
          authorizations: [],
          finalize: `${base}/finalize`,
          ...now,
          ...('certificate' in now && { certificate: `${base}/chain` }),
        }),
      );
    },
    meta,
    orders,
  );
  return { ...found, orders };
};

const ADDRESS = { type: 'ip', value: '192.0.2.1' };
const NAME = { type: 'dns', value: 'a.example' };
test.each<[string, object, string | undefined, object[], object]>([
  [
    'Let’s Encrypt’s for addresses where the authority has it',
    { shortlived: '', classic: '' },
    undefined,
    [ADDRESS],
    { profile: 'shortlived' },
  ],
  [
    'that for an IPv6 address too',
    { shortlived: '' },
    undefined,
    [ADDRESS, { type: 'ip', value: '2001:db8::1' }],
    { profile: 'shortlived' },
  ],
  ['the authority’s own for names', { shortlived: '' }, undefined, [NAME], {}],
  ['none where it has no profiles', {}, undefined, [ADDRESS], {}],
  ['the one that was chosen', { shortlived: '' }, 'classic', [ADDRESS], { profile: 'classic' }],
  ['the one that was chosen, for names', {}, 'tlsserver', [NAME], { profile: 'tlsserver' }],
])('a certificate: the profile is %s', async (_, profiles, chosen, identifiers, more) => {
  const { url, orders } = await issuing({ status: 'valid', certificate: '' }, { profiles });
  const account = await openAccount(url, pem, {}, async () => {});
  const hosts = identifiers.map((identifier) => (identifier as typeof NAME).value);
  const { chain, url: at } = await account.certify(hosts, Buffer.from('csr'), chosen);
  expect([chain, at]).toEqual(['PEM', expect.stringMatching(/\/chain$/)]);
  expect(orders).toEqual([{ identifiers, ...more }]);
});

test('an order that ends invalid is a refusal, with what the authority says', async () => {
  const error = { type: 'urn:ietf:params:acme:error:badCSR', detail: 'no' };
  const { url } = await issuing({ status: 'invalid', error });
  const account = await openAccount(url, pem, {}, async () => {});
  await expect(account.certify(['192.0.2.1'], Buffer.from('csr'))).rejects.toMatchObject({
    type: 'badCSR',
    message: 'no',
  });
});

test('an authority is asked by HTTPS only', async () => {
  await expect(openAccount('http://127.0.0.1:1/', pem)).rejects.toThrow(/over HTTPS/);
});
