import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { askHttp, retryAfter } from '../../../src/relay/lib/ask-http.ts';
import { type Behaviour, ENDLESS, hostileServer } from '../hostile-server.ts';

const BOUNDS = { maxBytes: 100_000, timeoutMs: 300 };

test.each(ENDLESS)('%s is given up', async (_, behaviour) => {
  const server = await hostileServer(behaviour);
  await expect(askHttp(server.url, BOUNDS)).rejects.toThrow();
  await expect.poll(server.open).toBe(0);
  expect(server.asked()).toBe(1);
});

const answer =
  (head: string, body: Buffer | string = ''): Behaviour =>
  (socket) =>
    socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${head}\r\n\r\n`), Buffer.from(body)]));

test('an answer within the bounds', async () => {
  const { url } = await hostileServer(answer('201 Created\r\nX-A: b', 'x'.repeat(100_000)));
  const { status, headers, body } = await askHttp(url, BOUNDS);
  expect([status, headers['x-a'], body.length]).toEqual([201, 'b', 100_000]);
});

test('one byte more is too long', async () => {
  const { url } = await hostileServer(answer('200 OK', 'x'.repeat(100_001)));
  await expect(askHttp(url, BOUNDS)).rejects.toThrow('answer too long');
});

test('a redirection is not followed', async () => {
  const elsewhere = await hostileServer(answer('200 OK'));
  const { url } = await hostileServer(answer(`302 Found\r\nLocation: ${elsewhere.url}`));
  expect((await askHttp(url, BOUNDS)).status).toBe(302);
  expect(elsewhere.asked()).toBe(0);
});

test('what is compressed stays so', async () => {
  const bomb = gzipSync(Buffer.alloc(10_000_000));
  const { url } = await hostileServer(answer('200 OK\r\nContent-Encoding: gzip', bomb));
  expect((await askHttp(url, BOUNDS)).body.length).toBeLessThanOrEqual(bomb.length);
});

test('nobody is there', async () => {
  await expect(askHttp('http://127.0.0.1:1/', BOUNDS)).rejects.toThrow('ECONNREFUSED');
});

test.each([
  ['nothing', undefined, 500],
  ['less', '0', 500],
  ['seconds', '3', 3000],
  ['a date', 'Thu, 01 Jan 1970 00:00:09 GMT', 8000],
  ['a date that is over', 'Thu, 01 Jan 1970 00:00:00 GMT', 500],
  ['a year', '31536000', 60_000],
  ['nonsense', 'soon', 500],
])('a pause where Retry-After says %s', (_, said, ms) => {
  expect(retryAfter(said === undefined ? {} : { 'retry-after': said }, 500, { now: 1000 })).toBe(ms);
});
