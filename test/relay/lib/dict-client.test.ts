import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DictClient, dictClient } from '../../../src/relay/lib/dict-client.ts';
import { serveDict } from '../../../src/relay/lib/dict-server.ts';

let folder: string;
let path: string;
let client: DictClient;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dict-'));
  path = join(folder, 'socket');
  client = dictClient(path);
});
afterEach(() => {
  client.close();
  rmSync(folder, { recursive: true });
});

const serve = async (handle: (socket: Socket) => void): Promise<Server> => {
  const server = createServer(handle).listen(path);
  await once(server, 'listening');
  return server;
};

test('asks our own server, with odd keys, many at once', async () => {
  const service = serveDict({ lookup: (key) => (key === 'none' ? undefined : `=${key}`) }, [{ path }]);
  const keys = ['a\tb\n\x01', 'none', ...Array.from({ length: 100 }, (_, i) => `${i}`)];
  const values = await Promise.all(keys.map((key) => client.lookup(key)));
  expect(values).toEqual(keys.map((key) => (key === 'none' ? undefined : `=${key}`)));
  await service.close();
});

test('a fault is an error, and the next question is answered', async () => {
  const lookup = (key: string) => {
    if (key === 'bad') throw new Error('fault');
    return '1';
  };
  const service = serveDict({ lookup }, [{ path }]);
  const [bad, good] = await Promise.allSettled([client.lookup('bad'), client.lookup('good')]);
  expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
  await service.close();
});

test('nobody listens', async () => {
  await expect(client.lookup('a')).rejects.toThrow('dict');
});

test('connects again when the server was restarted', async () => {
  const first = serveDict({ lookup: () => '1' }, [{ path }]);
  expect(await client.lookup('a')).toBe('1');
  await first.close();
  await expect(client.lookup('a')).rejects.toThrow('dict');
  const second = serveDict({ lookup: () => '2' }, [{ path }]);
  expect(await client.lookup('a')).toBe('2');
  await second.close();
});

test('a server that hangs up, with questions open', async () => {
  const server = await serve((socket) => socket.once('data', () => socket.end('O1\nO')));
  const results = await Promise.allSettled(['a', 'b', 'c'].map((key) => client.lookup(key)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  server.close();
});

test('a server that does not answer', async () => {
  const server = await serve(() => {});
  client = dictClient(path, { timeoutMs: 5 });
  await expect(client.lookup('a')).rejects.toThrow('dict');
  server.close();
});

test('an answer in pieces', async () => {
  const server = await serve((socket) =>
    socket.once('data', () => {
      socket.write('O1\x01');
      setImmediate(() => socket.write('t2\n'));
    }),
  );
  expect(await client.lookup('a')).toBe('1\t2');
  server.close();
});
