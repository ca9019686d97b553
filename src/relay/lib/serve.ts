import { createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { log } from './log.ts';
import type { Service } from './service.ts';

/** A socket that listens already, or where to make one. */
export type ListenOn = { readonly fd: number } | { readonly path: string };

/** A peer that breaks the protocol. Its connection is closed. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
}

/** What a peer sends; what it is answered goes out together, as a system call for each answer takes as long as finding it. */
async function* chunksOf<Chunk>(socket: Socket): AsyncGenerator<Chunk> {
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    socket.cork();
    setImmediate(() => socket.uncork());
    yield chunk;
  }
}

/**
 * Serves a protocol on these sockets: what a peer sends becomes what it is answered. Text is bytes, one per
 * character (latin1). Every connection goes on alone; one that is idle for `idleMs` is closed.
 */
export const serve = <Chunk extends string | Buffer>(
  name: string,
  converse: (chunks: AsyncIterable<Chunk>) => AsyncIterable<string>,
  sockets: readonly ListenOn[],
  { encoding, idleMs = 0 }: { encoding?: 'latin1'; idleMs?: number } = {},
): Service => {
  const connections = new Set<Socket>();
  const servers = sockets.map((listen) =>
    // Who has said all may still wait for the answers.
    createServer({ allowHalfOpen: true }, (socket) => {
      connections.add(socket.setDefaultEncoding('latin1').setTimeout(idleMs, () => socket.destroy()));
      if (encoding) socket.setEncoding(encoding);
      pipeline(
        chunksOf<Chunk>(socket),
        (chunks: AsyncIterable<Chunk>) => converse(chunks),
        socket,
        (error) => {
          // Anything sent after the last request is ignored.
          connections.delete(socket.destroy());
          if (error instanceof ProtocolError) log('warning', `${name}: ${error.message}`);
        },
      );
    }).listen(listen),
  );
  return {
    close: async () => {
      for (const connection of connections) connection.destroy();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
};
