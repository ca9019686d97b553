import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { ProtocolError } from '../../../src/relay/lib/serve.ts';
import { askSocketmap, serveSocketmap, socketmapReplies } from '../../../src/relay/lib/socketmap.ts';

const replies = async (chunks: readonly string[], lookup = (map: string, key: string) => `${map}=${key}`) => {
  let all = '';
  for await (const reply of socketmapReplies(Readable.from(chunks), lookup)) all += reply;
  return all;
};

test.each([
  [['9:a b@c.org,'], '12:OK a=b@c.org,'],
  [['5:a b c,3:d e,'], '8:OK a=b c,6:OK d=e,'],
  [['1', '0:', 'map a key', '!,', '3:a '], '13:OK map=a key!,'],
  [['0:,'], '4:OK =,'],
])('%j is answered', async (chunks, expected) => {
  expect(await replies(chunks)).toBe(expected);
});

test('what is not there is not found', async () => {
  const found = socketmapReplies(Readable.from(['3:a b,']), () => undefined);
  expect((await found.next()).value).toBe('9:NOTFOUND ,');
});

test.each(['x', ':', '3:a b;', '1000000', '99999999:', '123456789', '100001:a', '0000003:a b,', '\n'])(
  '%j is no request',
  async (chunk) => {
    await expect(replies([chunk])).rejects.toThrow(ProtocolError);
  },
);

test('whatever comes, it is answered or refused', async () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('3:a b,', '1:', '12', ',', ':'));
  await fc.assert(
    fc.asyncProperty(fc.array(piece), async (chunks) => {
      await replies(chunks).catch((error) => expect(error).toBeInstanceOf(ProtocolError));
    }),
  );
});

const socketPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'socketmap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'socket');
};

test('who asks waits for the answer', async () => {
  const path = socketPath();
  const asked: string[] = [];
  const service = serveSocketmap(async (map, key) => void asked.push(map, key), [{ path }]);
  onTestFinished(() => service.close());
  await askSocketmap(path, 'settled a.example b.example', 60_000);
  expect(asked).toEqual(['settled', 'a.example b.example']);
});

test('who gets no answer waits for a while, and not at all where nobody listens', async () => {
  const path = socketPath();
  await askSocketmap(path, 'a b', 60_000);
  const service = serveSocketmap(() => new Promise(() => {}), [{ path }]);
  onTestFinished(() => service.close());
  await askSocketmap(path, 'a b', 5);
});
