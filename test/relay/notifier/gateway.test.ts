import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import { CONNECTIONS, gateway } from '../../../src/relay/notifier/gateway.ts';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});
const serve = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://localhost:${(server.address() as AddressInfo).port}/notify`;
};

test.each([200, 410, 500, 302])('status %d is told, of a POST of the bare token', async (status) => {
  let seen: unknown;
  const url = await serve(async (request, response) => {
    seen = [request.method, request.url, await text(request)];
    response.writeHead(status).end('body');
  });
  expect(await gateway(url)('openpgp:abc+/=')).toBe(status);
  expect(seen).toEqual(['POST', '/notify', 'openpgp:abc+/=']);
});

test('an answer that changes to another protocol is no answer', async () => {
  const url = await serve(() => {});
  server.on('connection', (socket) =>
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    ),
  );
  expect(await gateway(url)('a')).toBe('EPROTO');
});

test('one connection does for one push after another, and a few for many at once', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    request.resume().on('end', () => response.end());
  });
  const push = gateway(url);
  for (const token of ['a', 'b', 'c']) await push(token);
  expect(ports.size).toBe(1);
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => push(`t${i}`)));
  expect(new Set(answers)).toEqual(new Set([200]));
  expect(ports.size).toBeLessThanOrEqual(CONNECTIONS);
});

test('a connection that was ended meanwhile is no failure', async () => {
  const url = await serve((request, response) => {
    request.resume().on('end', () => response.end());
  });
  // Takes the second request on a connection for a reason to end it without a word.
  const { port } = new URL(url);
  const proxy = createTcpServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1');
    client.once('data', (first) => {
      upstream.write(first);
      client.once('data', () => client.resetAndDestroy());
    });
    upstream.pipe(client).on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const push = gateway(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`);
  expect([await push('a'), await push('b'), await push('c')]).toEqual([200, 200, 200]);
  proxy.close();
});

test('nobody listens', async () => {
  const url = await serve(() => {});
  server.close();
  await once(server, 'close');
  expect(await gateway(url)('a')).toBe('ECONNREFUSED');
});

test('a name that does not exist', async () => {
  await serve(() => {});
  expect(await gateway('http://nowhere.invalid/')('a')).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
});

test('a service that does not answer, or does not end, holds up nobody for ever', async () => {
  let count = 0;
  const url = await serve((_, response) => {
    count++;
    if (count > CONNECTIONS + 1) response.end();
    else if (count > 1) response.writeHead(200).write('and so on');
  });
  const push = gateway(url, { timeoutMs: 500 });
  expect(await push('a')).toBe('ETIMEDOUT');
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => push(`t${i}`)));
  // Every connection is taken until it is given up.
  await vi.waitUntil(async () => (await push('z')) === 200, { timeout: 4000 });
});
