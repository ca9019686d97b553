import { createServer } from 'node:http';
import type { Model } from '../../model/model.ts';
import type { Service } from '../lib/serve.ts';
import { serveSocketmap } from '../lib/socketmap.ts';
import { deliverer } from './deliver.ts';
import { serveLmtp } from './lmtp.ts';
import { receiver } from './receive.ts';
import { requestOpener, speaksMxdeliv } from './remote.ts';
import { Routes } from './routes.ts';

/** What Postfix is told of a domain that is reached by /mxdeliv: its transport and where that delivers to. */
const TRANSPORT = 'mxdeliv:unix:chatmail/courier.sock';
/** Postfix's way in for what comes by HTTP. */
const REINJECT = { host: '127.0.0.1', port: 10025 };
/** A thousand recipients, and a slow line. */
const HTTP = { maxHeaderSize: 131_072, requestTimeout: 3_600_000 };

/**
 * Starts what connects this relay to others by HTTPS, on the sockets named `courier` (LMTP, from Postfix), `routes`
 * (a table for Postfix, and a question of filtermail's) and `mxdeliv` (HTTP, from nginx).
 */
export const start = (
  { settings }: Pick<Model, 'settings'>,
  sockets: ReadonlyMap<string, readonly number[]>,
): Service => {
  const listen = (name: string) => (sockets.get(name) ?? []).map((fd) => ({ fd }));
  const open = requestOpener(settings.disable_ipv6);
  const routes = new Routes((domain) => speaksMxdeliv(open, domain));
  const web = listen('mxdeliv').map((at) => {
    const server = createServer(HTTP, receiver(REINJECT)).listen(at);
    server.maxHeadersCount = 0; // further ones, and so recipients, would be left out without a word
    return server;
  });
  const services: readonly Service[] = [
    serveLmtp(deliverer(open, routes), listen('courier')),
    serveSocketmap(async (map, key) => {
      if (map === 'settled') {
        await routes.settled(key.toLowerCase().split(' '));
        return '';
      }
      // Postfix asks for `*`, for the address, and perhaps for its domain and `.` with each one above.
      return !/^[.*]/.test(key) && routes.isSpoken(key) ? TRANSPORT : undefined;
    }, listen('routes')),
  ];
  return {
    close: async () => {
      await Promise.all([
        ...services.map((service) => service.close()),
        ...web.map((server) => {
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        }),
      ]);
    },
  };
};
