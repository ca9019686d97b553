import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textPart } from '../../src/package/install-scripts.ts';

const NAME = 'chatmail-relay_0.1.0_all.deb';
const PACKAGE = Buffer.alloc(70_000, 'a package ');
const SHA256 = createHash('sha256').update(PACKAGE).digest('hex');

type Answer = RequestListener;

/** What a source may do in place of giving the package. */
const BAD: Readonly<Record<string, Answer>> = {
  'has it no more': (_, response) => response.writeHead(404).end('gone'),
  'has no server any more': ({ socket }) => socket.destroy(),
  'has another version of it': (_, response) => response.end(Buffer.alloc(PACKAGE.length, 'b')),
  "gives a proxy's page": (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>'),
  'breaks off': (_, response) => {
    response.writeHead(200, { 'content-length': PACKAGE.length });
    response.write(PACKAGE.subarray(0, 30_000), () => response.destroy());
  },
  'gives less, and says it is all': (_, response) => response.end(PACKAGE.subarray(0, 30_000)),
  'sends one byte now and then': (_, response) => {
    response.writeHead(200, { 'content-length': PACKAGE.length });
    const timer = setInterval(() => response.write('a'), 100);
    response.on('close', () => clearInterval(timer));
  },
  'takes the request and says nothing': () => {},
  'goes in circles': ({ url = '' }, response) => response.writeHead(302, { location: url }).end(),
};

const give: Answer = (_, response) => response.end(PACKAGE);

let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-'));
  await writeFile(join(folder, 'apt.conf'), 'Acquire::http::Proxy "DIRECT";\n');
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true });
});

const listen = async (server: Server): Promise<number> => {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
};

const serve = async (answer: Answer): Promise<string> =>
  `http://127.0.0.1:${await listen(createServer(answer))}/relay`;

/** Runs the part of the text that fetches, as it is but less patient. */
const fetchFrom = (...sources: readonly string[]) =>
  execa(
    'sh',
    ['-c', `${impatient()}\nsources='${sources.join(' ')}'\nfetch ${NAME} ${SHA256} ${PACKAGE.length}`],
    {
      cwd: folder,
      env: { APT_CONFIG: join(folder, 'apt.conf') },
      all: true,
    },
  );

const impatient = (): string =>
  textPart('fetch').replace('timeout 120', 'timeout 2').replace('sleep 9', 'sleep 0.1');

const fetched = () => readFile(join(folder, NAME));

describe.each(Object.entries(BAD))('a source that %s', (_, answer) => {
  test('is left for the next one, and the console says so', async () => {
    const [bad, good] = [await serve(answer), await serve(give)];
    const { all } = await fetchFrom(bad, good);
    expect((await fetched()).equals(PACKAGE)).toBe(true);
    expect(all.match(/^chatmail: .*$/gm)).toEqual([
      `chatmail: trying ${bad}/${NAME}`,
      'chatmail: this source does not have the right package, trying the next one',
      `chatmail: trying ${good}/${NAME}`,
    ]);
  });
});

test('no more is read of an answer without an end than the package has', async () => {
  let sent = 0;
  const endless = await serve((_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(PACKAGE)) sent += PACKAGE.length;
    };
    response.on('drain', more);
    more();
  });
  await fetchFrom(endless, await serve(give));
  expect((await fetched()).equals(PACKAGE)).toBe(true);
  // What the system keeps between two programs comes on top.
  expect(sent).toBeLessThan(20e6);
});

test('when all sources fail they are tried again, until one has it', async () => {
  let asked = 0;
  const late: Answer = (request, response) =>
    ++asked < 3 ? response.writeHead(503).end() : give(request, response);
  const { all } = await fetchFrom(
    await serve((_, response) => response.writeHead(404).end()),
    await serve(late),
  );
  expect((await fetched()).equals(PACKAGE)).toBe(true);
  expect(all.match(/trying http/g)).toHaveLength(6);
});

test('a certificate need not be trusted: the checksum decides', async () => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
    ...['-subj', '/CN=another.example.org', '-keyout', key, '-out', cert],
  ]);
  const server = createSecureServer({ key: await readFile(key), cert: await readFile(cert) }, give);
  await fetchFrom(`https://127.0.0.1:${await listen(server)}/relay`);
  expect((await fetched()).equals(PACKAGE)).toBe(true);
});

test('a proxy that answers everything with its own page is not believed', async () => {
  const proxy = await serve((_, response) => response.end('<h1>Log in</h1>'));
  const { port } = new URL(proxy);
  await writeFile(
    join(folder, 'apt.conf'),
    `Acquire::http::Proxy "http://127.0.0.1:${port}";\nAcquire::http::Proxy::localhost "DIRECT";\n`,
  );
  const good = await serve(give);
  const { all } = await fetchFrom(good, good.replace('127.0.0.1', 'localhost'));
  expect((await fetched()).equals(PACKAGE)).toBe(true);
  expect(all).toContain('Hash Sum mismatch');
});
