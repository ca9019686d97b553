import type { Server } from 'node:net';
import type { Service } from '../lib/service.ts';

/**
 * Closes servers once there has been no connection for `idleMs`, and lets open ones finish: what is accepted is also
 * answered. A later connection waits in the socket if systemd keeps that (systemd.socket(5)).
 */
export const closeWhenIdle = (
  servers: readonly Server[],
  idleMs: number,
  onClose: () => void = () => {},
): Service => {
  let connected = 0;
  let timer: NodeJS.Timeout | undefined;
  const close = async (): Promise<void> => {
    clearTimeout(timer);
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    onClose();
  };
  const rest = () => {
    timer = setTimeout(close, idleMs).unref();
  };
  for (const server of servers)
    server.on('connection', (socket) => {
      connected++;
      clearTimeout(timer);
      socket.once('close', () => {
        connected--;
        if (connected === 0) rest();
      });
    });
  rest();
  return { close };
};
