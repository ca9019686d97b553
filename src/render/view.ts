import { joinCode } from '../model/join-code.ts';
import type { Model } from '../model/model.ts';
import { PATHS } from '../model/model.ts';
import { LOOPBACK_PORTS, METRICS_PORT, PORTS } from '../model/ports.ts';
import { SOCKET_PATHS } from '../model/service-facts.ts';
import type { View } from './mustache.ts';

const DAY = 86_400;
const GB = 1_000_000_000;

const listenOn = (address = ''): string =>
  `${address.includes(':') ? `[${address}]` : address}:${METRICS_PORT}`;

/** Each of these under its name with this at its end: `imapsPort`, `webSocket`. */
const named = <T>(of: Readonly<Record<string, T>>, ending: string): Record<string, T> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name + ending, value]));

const mapped = <T, U>(of: Readonly<Record<string, T>>, to: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, to(value)]));

/** Ports, and sockets; Postfix's as it finds them from its queue, which is its root. */
const PLACES = {
  ...named(
    mapped(PORTS, ({ port }) => port),
    'Port',
  ),
  ...named(LOOPBACK_PORTS, 'LoopbackPort'),
  ...named(
    mapped(SOCKET_PATHS, (path) => path.replace('/var/spool/postfix/', '')),
    'Socket',
  ),
};

/** What templates may name: the settings, the model, and numbers in the units the servers want. */
export const viewOf = (model: Model): View => ({
  ...model.settings,
  ...model,
  ...model.limits,
  ...PLACES,
  joinCode: joinCode(model),
  dkimKey: PATHS.dkimKey,
  mailFolder: PATHS.mail,
  /** The contact address that apps show; empty rather than an address that does not exist. */
  adminAddress:
    model.settings.postmaster === undefined
      ? model.settings.privacy_mail
      : `postmaster@${model.addressDomain}`,
  closedNotice: PATHS.closedNotice,
  /** As a regular expression, without a backslash. */
  addressDomainPattern: model.addressDomain.replace(/[[\].]/g, '[$&]'),
  // Postfix takes no address literal as its own name (valid_hostname.c); HELO and origin are set apart from it.
  postfixHostname: model.isIpOnly ? 'localhost.localdomain' : model.domain,
  /** Free of brackets but for IPv6 (nginx). */
  metricsListen: listenOn(model.settings.metrics_address),
  /** A version for the MTA-STS policy id: the policy is always the same, so the id is too. */
  mtaStsMaxAge: 7 * DAY,
  maxMessageSizeMB: Math.floor(model.settings.max_message_size / 1_000_000),
  maxMailboxSizeMB: Math.floor(model.settings.max_mailbox_size / 1_048_576),
  isLargeMailbox: model.settings.max_mailbox_size >= GB,
});
