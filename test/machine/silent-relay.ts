import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:https';
import { makeCertificate } from './certificate.ts';

/** By this name the same server is a relay like any other, which takes messages. */
export const HEALTHY = 'healthy.example';

/** A relay that says by 405 that it speaks /mxdeliv, and never answers to a message. */
export interface SilentRelay {
  /** How many connections there were. */
  connections(): number;
  /** How many messages wait for an answer, and how many have been given up. */
  waiting(): number;
  givenUp(): number;
  /** When the next message has been taken by the name {@link HEALTHY}, on the clock of `performance`. */
  delivered(): Promise<number>;
  close(): Promise<void>;
}

export const startSilentRelay = async (address: string): Promise<SilentRelay> => {
  const taken = new EventEmitter();
  let [connections, begun, givenUp] = [0, 0, 0];
  const server = createServer(await makeCertificate(address), (_, response) => response.writeHead(405).end())
    .on('checkContinue', (request, response) => {
      const { socket, headers } = request;
      if (headers.host === HEALTHY) {
        response.writeContinue();
        request.resume().once('end', () => {
          response.end('250 2.0.0 Ok');
          taken.emit('message', performance.now());
        });
        return;
      }
      begun++;
      socket.once('close', () => givenUp++);
    })
    .on('connection', () => connections++)
    .listen(443, address);
  await once(server, 'listening');
  return {
    connections: () => connections,
    waiting: () => begun - givenUp,
    givenUp: () => givenUp,
    delivered: async () => (await once(taken, 'message'))[0] as number,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
