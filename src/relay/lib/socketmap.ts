import { createConnection } from 'node:net';
import { type ListenOn, ProtocolError, serve } from './serve.ts';
import type { Service } from './service.ts';

/** As Postfix's own limit on a reply (socketmap_table(5)). */
const MAX_LENGTH = 100_000;

/** How a netstring begins, and what may become one; no longer than that, whatever the pieces. */
const HEAD = /^\d{1,6}:/;
const BEGINNING = /^(\d{0,6}$|\d{1,6}:)/;

/** https://cr.yp.to/proto/netstrings.txt, of bytes, one per character. */
const netstring = (text: string): string => `${text.length}:${text},`;

/** The value of a key in the map of that name; `undefined`: none. */
export type MapLookup = (map: string, key: string) => Promise<string | undefined> | string | undefined;

/** One connection: requests are answered one after the other. */
export async function* socketmapReplies(
  chunks: AsyncIterable<string>,
  lookup: MapLookup,
): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    rest += chunk;
    for (let head = HEAD.exec(rest)?.[0]; head; head = HEAD.exec(rest)?.[0]) {
      const end = head.length + Number.parseInt(head, 10);
      if (end > MAX_LENGTH || (rest.length > end && rest[end] !== ','))
        throw new ProtocolError('no netstring');
      if (rest.length <= end) break;
      const [map = '', ...key] = rest.slice(head.length, end).split(' ');
      rest = rest.slice(end + 1);
      const value = await lookup(map, key.join(' '));
      yield netstring(value === undefined ? 'NOTFOUND ' : `OK ${value}`);
    }
    if (!BEGINNING.test(rest)) throw new ProtocolError('no netstring');
  }
}

/** Serves a table for Postfix. */
export const serveSocketmap = (lookup: MapLookup, sockets: readonly ListenOn[]): Service =>
  serve('socketmap', (chunks: AsyncIterable<string>) => socketmapReplies(chunks, lookup), sockets, {
    encoding: 'latin1',
  });

/** Asks one question on a connection of its own, and waits until there is an answer, a fault, or `ms` are over. */
export const askSocketmap = (path: string, question: string, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const socket = createConnection(path);
    const end = () => socket.destroy();
    socket
      .setTimeout(ms, end)
      .on('error', end)
      .once('data', end)
      .once('close', () => resolve());
    socket.write(netstring(question), 'latin1');
  });
