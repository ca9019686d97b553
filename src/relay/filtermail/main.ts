import type { ListenOptions } from 'node:net';
import type { Model } from '../../model/model.ts';
import { socketPath } from '../../model/readers.ts';
import { dictClient } from '../lib/dict-client.ts';
import { rateLimiter } from '../lib/rate-limiter.ts';
import { askSocketmap } from '../lib/socketmap.ts';
import { counted } from './counted.ts';
import { keysInDns } from './dkim/keys.ts';
import { incomingMessage } from './incoming.ts';
import { serveMilter } from './milter/serve.ts';
import { outgoingMessage } from './outgoing.ts';

/** Where doveauth tells about recipients. */
const RECIPIENTS = socketPath('recipients');
/** Where the courier tells how other domains are reached, and how long it may take to find out. */
const ROUTES = socketPath('routes');
const SETTLED_MS = 3000;
/** The socket that makes unbound forget a key. */
const FORGETTING = socketPath('forget');

/**
 * Starts the filter for Postfix, on the sockets named `outgoing` (for submission) and `incoming` (for port 25):
 * descriptors from systemd, or paths. Sees all mail, and no mailbox.
 */
export const start = (
  model: Model,
  sockets: ReadonlyMap<string, readonly (number | string)[]>,
  { recipients = RECIPIENTS, routes = ROUTES, keys = keysInDns(FORGETTING) } = {},
): { readonly close: () => Promise<void> } => {
  const { max_user_send_per_minute, max_user_send_burst_size } = model.settings;
  const maySend = rateLimiter(max_user_send_per_minute, max_user_send_burst_size);
  const dict = dictClient(recipients);
  const settled = (domains: readonly string[]) => {
    const others = domains.filter((domain) => domain !== model.addressDomain.toLowerCase());
    return others.length > 0 ? askSocketmap(routes, `settled ${others.join(' ')}`, SETTLED_MS) : undefined;
  };
  const isOpen = async (login: string) => (await dict.lookup(`shared/recipient/${login}`)) !== undefined;
  const listen = (name: string): ListenOptions[] =>
    (sockets.get(name) ?? []).map((at) => (typeof at === 'number' ? { fd: at } : { path: at }));
  const services = [
    serveMilter(() => counted('outgoing', outgoingMessage(maySend, settled, isOpen)), listen('outgoing')),
    serveMilter(() => counted('incoming', incomingMessage(model, dict.lookup, keys)), listen('incoming')),
  ];
  return {
    close: async () => {
      dict.close();
      await Promise.all(services.map((service) => service.close()));
    },
  };
};
