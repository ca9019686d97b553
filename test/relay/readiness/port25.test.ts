import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { checkPort25 } from '../../../src/relay/readiness/port25.ts';

const listen = async (greet: (socket: Socket) => void): Promise<number> => {
  const server = createServer((socket) => greet(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
const NOBODY = 'nobody.invalid';

test.each([
  ['greets', (socket: Socket) => socket.write('220 mx ESMTP\r\n'), 'open'],
  ['is a firewall that says no', (socket: Socket) => socket.write('554 blocked\r\n'), 'blocked'],
  ['hangs up', (socket: Socket) => socket.destroy(), 'blocked'],
  ['is silent', () => undefined, 'blocked'],
])('a server that %s', async (_, greet, expected) => {
  expect(await checkPort25(['127.0.0.1'], await listen(greet), 300)).toBe(expected);
});

test('one that greets is enough', async () => {
  const port = await listen((socket) => socket.write('220 mx\r\n'));
  expect(await checkPort25([NOBODY, '127.0.0.1'], port)).toBe('open');
});

test('a refused connection is a blocked port, a name without an address says nothing', async () => {
  expect(await checkPort25(['127.0.0.1', NOBODY], 1)).toBe('blocked');
  expect(await checkPort25([NOBODY])).toBe('unknown');
});

test('the server is told goodbye', async () => {
  const said = new Promise((resolve) => {
    void listen((socket) => socket.on('data', (data) => resolve(String(data))).write('220 mx\r\n')).then(
      (port) => checkPort25(['127.0.0.1'], port),
    );
  });
  expect(await said).toBe('QUIT\r\n');
});
