import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { closeWhenIdle } from '../../../src/relay/web/close-when-idle.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idle-'));
  path = join(folder, 'socket');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const listening = async (): Promise<Server> => {
  const server = createServer((socket) => socket.resume()).listen(path);
  await once(server, 'listening');
  return server;
};

test('it closes once nobody has been connected for a while, from the start on', async () => {
  const server = await listening();
  const closed = once(server, 'close');
  const onClose = vi.fn();
  closeWhenIdle([server], 1, onClose);
  await closed;
  await vi.waitFor(() => expect(onClose).toHaveBeenCalledOnce());
});

test('it stays while somebody is connected, and a while longer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = await listening();
  closeWhenIdle([server], 1000);
  vi.advanceTimersByTime(999);
  const client = connect(path);
  const [socket] = await once(server, 'connection');
  vi.advanceTimersByTime(100_000);
  expect(server.listening).toBe(true);
  const gone = once(socket, 'close');
  client.end();
  await gone;
  vi.advanceTimersByTime(999);
  expect(server.listening).toBe(true);
  vi.advanceTimersByTime(1);
  expect(server.listening).toBe(false);
});

test('asked to close, it lets who is connected finish', async () => {
  const server = await listening();
  const client = connect(path);
  await once(server, 'connection');
  const onClose = vi.fn();
  const closed = closeWhenIdle([server], 1000, onClose).close();
  expect([server.listening, onClose.mock.calls.length]).toEqual([false, 0]);
  client.end();
  await closed;
  expect(onClose).toHaveBeenCalledOnce();
});
