import type { Model } from '../model/model.ts';
import { PATHS } from '../model/model.ts';
import type { View } from './mustache.ts';

const DAY = 86_400;
const GB = 1_000_000_000;

const listenOn = (address = ''): string => (address.includes(':') ? `[${address}]:3903` : `${address}:3903`);

/** What templates may name: the settings, the model, and numbers in the units the servers want. */
export const viewOf = (model: Model): View => ({
  ...model.settings,
  ...model,
  ...model.limits,
  dkimKey: PATHS.dkimKey,
  mailFolder: PATHS.mail,
  /** Whom apps are told to write to; nobody rather than an address that is nobody's. */
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
