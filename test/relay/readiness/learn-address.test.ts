import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isOurs } from '../../../src/relay/readiness/learn-address.ts';
import { type Behaviour, ENDLESS, hostileServer } from '../hostile-server.ts';

const challenges = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'challenges-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

test('who has what was put there a moment ago is this machine', async () => {
  const folder = challenges();
  const server = createServer(({ url = '' }, response) =>
    response.end(readFileSync(join(folder, basename(url)))),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  expect(await isOurs(`127.0.0.1:${(server.address() as AddressInfo).port}`, folder)).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
});

const SOMEBODY: Behaviour = (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nHi');

test.each([['somebody else', SOMEBODY], ...ENDLESS] as const)(
  'who answers with %s is not',
  async (_, behaviour) => {
    const folder = challenges();
    const { port, open } = await hostileServer(behaviour);
    expect(await isOurs(`127.0.0.1:${port}`, folder, 300)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
    await expect.poll(open).toBe(0);
  },
);
