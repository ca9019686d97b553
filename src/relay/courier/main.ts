import { createServer } from 'node:http';
import type { Model } from '../../model/model.ts';
import { LOOPBACK_PORTS } from '../../model/ports.ts';
import type { Service } from '../lib/service.ts';
import { serveSocketmap } from '../lib/socketmap.ts';
import { Certified } from './certified.ts';
import { deliverer } from './deliver.ts';
import { serveLmtp } from './lmtp.ts';
import { mayConnect } from './private-address.ts';
import { HTTP_LIMITS, receiver } from './receive.ts';
import { addressIn, domainOf, requestOpener, speaksMxdeliv } from './remote.ts';
import { Routes } from './routes.ts';
import { transportTo } from './transport.ts';

/** Postfix's way in for what comes by HTTP. */
const REINJECT = { host: '127.0.0.1', port: LOOPBACK_PORTS.reinject };

const CERTIFIED = '/var/lib/chatmail/courier/certified.json';

/** RFC 3463 §3.5, X.4.4: unable to route. */
const NOT_CARRIED = 'error:5.4.4 Mail is not carried to private addresses (deliver_to_private_addresses)';

/** RFC 3463 §3.8, X.7.5. Postfix cannot verify the certificate of an address, so it must go by HTTPS. */
const NOT_VERIFIED = 'retry:4.7.5 The relay does not show a trusted certificate by HTTPS, as it did before';

/**
 * Starts what connects this relay to others by HTTPS, on the sockets named `courier` (LMTP, from Postfix), `routes`
 * (a table for Postfix, and a question of filtermail's) and `mxdeliv` (HTTP, from nginx).
 */
export const start = (
  { settings }: Pick<Model, 'settings'>,
  sockets: ReadonlyMap<string, readonly number[]>,
): Service => {
  const listen = (name: string) => (sockets.get(name) ?? []).map((fd) => ({ fd }));
  const isAllowed = (address: string) => mayConnect(address, settings.deliver_to_private_addresses);
  const certified = new Certified(CERTIFIED);
  const open = requestOpener(settings.disable_ipv6, isAllowed, { certified });
  const routes = new Routes((domain) => speaksMxdeliv(open, domain));
  const web = listen('mxdeliv').map((at) => {
    const server = createServer(HTTP_LIMITS, receiver(REINJECT)).listen(at);
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
      if (/^[.*]/.test(key)) return undefined;
      const domain = domainOf(key);
      const literal = addressIn(domain);
      // What Postfix would connect to by itself; of names it looks at what DNS has for them (dns_filter).
      if (literal !== undefined && !isAllowed(literal)) return NOT_CARRIED;
      if (routes.supportsMxdeliv(key)) return transportTo(domain);
      return literal !== undefined && certified.has(literal) && !routes.avoids(key)
        ? NOT_VERIFIED
        : undefined;
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
