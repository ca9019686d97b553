import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';

/** What a server may do to a client that has asked it something. Each goes on until the client hangs up. */
export type Behaviour = (socket: Socket) => void;

/** Writes as fast as is read, for ever. */
const endless =
  (start: string, piece: string): Behaviour =>
  (socket) => {
    const pieces = piece.repeat(Math.ceil(65_536 / piece.length));
    const more = () => {
      while (!socket.destroyed && socket.write(pieces));
    };
    socket.write(start);
    socket.on('drain', more);
    more();
  };

const dribbling =
  (start: string, piece: string, ms = 10): Behaviour =>
  (socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(piece), ms);
    socket.once('close', () => clearInterval(timer));
  };

const OK = 'HTTP/1.1 200 OK\r\n';

/** Answers that never come to an end, or that come to a bad one. */
export const ENDLESS: readonly (readonly [what: string, behaviour: Behaviour])[] = [
  ['nothing', () => {}],
  ['a body without end', endless(`${OK}\r\n`, 'x')],
  ['a chunked body without end', endless(`${OK}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n')],
  ['headers without end', endless(OK, 'X-A: b\r\n')],
  ['one header without end', endless(`${OK}X-A: `, 'x')],
  ['interim answers without end', dribbling('', 'HTTP/1.1 103 Early Hints\r\n\r\n')],
  ['headers and then nothing', (socket) => socket.write(`${OK}Content-Length: 9\r\n\r\n`)],
  ['half of the headers', (socket) => socket.write(`${OK}Content-Le`)],
  ['100 Continue and then nothing', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
  [
    'a change to another protocol',
    (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
  ],
  ['a byte now and then', dribbling(`${OK}\r\n`, 'x')],
  ['405 and a body without end', endless('HTTP/1.1 405 Not Allowed\r\n\r\n', 'x')],
];

/** A server that behaves like that, by TCP or TLS alone. Says how many have asked, and how many are there still. */
export const hostileServer = async (behave: Behaviour, tls?: TlsOptions) => {
  const sockets = new Set<Socket>();
  let asked = 0;
  const take = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.once('data', () => {
      asked++;
      behave(socket);
    });
  };
  const server = (tls ? createTlsServer(tls, take) : createServer(take)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}/`, asked: () => asked, open: () => sockets.size };
};
