import type { Model } from '../../model/model.ts';
import { type DictHandlers, DictRefusal } from '../lib/dict-server.ts';
import { addJob } from '../lib/push-queue.ts';
import { addToken, deviceTokens, isToken } from './tokens.ts';
import { turnCredentials } from './turn-credentials.ts';

/** The folder of an address of this relay. */
export type FindHome = (address: string) => string | undefined;

/** What delivery calls this service by (`mail_attribute_dict`); users, over IMAP, have another name for it. */
const DELIVERY = 'delivery';

const PRIVATE = /^priv\/[^/]*\/(\w+)$/;
const SHARED = /^shared\/[^/]*\/vendor\/vendor\.dovecot\/pvt\/server\/vendor\/deltachat\/(\w+)$/;

interface MetadataOptions {
  readonly queue: string;
  /** The secret of TURN's credentials, where there is TURN. */
  readonly secret: string | undefined;
  /** JSON about versions of apps. */
  readonly appVersions: string;
  /** Unix time in seconds. */
  readonly now: () => number;
}

/**
 * IMAP METADATA (RFC 5464): what the app keeps here, its tokens for push notifications, and what it is told of the
 * relay. News of a message puts a job for each token into the push queue.
 */
export const metadataHandlers = (
  { settings, host, irohRelay }: Model,
  findHome: FindHome,
  { queue, secret, appVersions, now }: MetadataOptions,
): DictHandlers => {
  const shared: Readonly<Record<string, () => string | undefined>> = {
    irohrelay: () => irohRelay,
    turn: () => secret && turnCredentials(host, secret, now()),
    // Postfix's smtpd_recipient_limit
    maxsmtprecipients: () => '1000',
    appversions: () => appVersions,
  };
  const set = async (address: string, key: string, value: string | undefined, dict?: string) => {
    // Only the push service ends a token, as upstream has it. Nothing else is kept, so it is unset already: Dovecot
    // unsets whatever a folder may have when it is deleted.
    if (value === undefined) return;
    const home = findHome(address);
    const [, name] = PRIVATE.exec(key) ?? [];
    if (home !== undefined && name === 'devicetoken') {
      if (isToken(value)) return addToken(home, value, now());
    } else if (home !== undefined && name === 'messagenew' && dict === DELIVERY) {
      const tokens = settings.push_gateway === '' ? [] : deviceTokens(home, now());
      for (const token of tokens) await addJob(queue, { address, token }, now());
      return;
    }
    throw new DictRefusal();
  };
  return {
    lookup: (key, user) => {
      const [, name = ''] = SHARED.exec(key) ?? [];
      if (Object.hasOwn(shared, name)) return shared[name]?.();
      const home = PRIVATE.exec(key)?.[1] === 'devicetoken' ? findHome(user) : undefined;
      return home && deviceTokens(home, now()).join(' ');
    },
    commit: async (values, user, dict) => {
      for (const [key, value] of values) await set(user, key, value, dict);
    },
  };
};
