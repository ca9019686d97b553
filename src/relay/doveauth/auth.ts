import { opendir } from 'node:fs/promises';
import type { Model } from '../../model/model.ts';
import type { DictHandlers } from '../lib/dict-server.ts';
import type { Reservations } from '../lib/invitations.ts';
import { log } from '../lib/log.ts';
import { BLOCKED, type FindMailbox, isOpen, type Mailbox, readHash } from '../lib/mailbox.ts';
import { mailboxLimit } from '../lib/maildir.ts';
import { count } from '../lib/metrics.ts';
import { createMailbox, hashPassword } from './create.ts';
import { isEchobot } from './echobot.ts';
import { nudger } from './nudge.ts';
import { quotaTrimmer } from './quota-trimmer.ts';
import { type Resources, signUpRefusal } from './sign-up.ts';

const PASSDB = 'shared/passdb/';
/** The caller and the address follow it. */
const USERDB = 'shared/userdb/';
/** The service of Dovecot's that delivers. */
const DELIVERY = 'lmtp';

/**
 * Not JSON, so to Dovecot a temporary failure. The protocol's own failure would have it log the key, and with
 * it the address and the password.
 */
const TROUBLE = '-';

/** `password"user`, each with Dovecot's `%E`: a backslash before quotes and backslashes. */
export const parseCredentials = (text: string): { password: string; user: string } | undefined => {
  const [, password, user] = /^((?:[^\\"]|\\.)*)"(.*)$/s.exec(text) ?? [];
  if (password === undefined || user === undefined) return undefined;
  const bare = (part: string) => part.replace(/\\(.)/gs, '$1');
  return { password: bare(password), user: bare(user) };
};

const fields = ({ address, home }: Mailbox, password?: string): string =>
  JSON.stringify({ addr: address, home, uid: 'vmail', gid: 'vmail', password });

/**
 * Passwords and homes for Dovecot, which checks the hash itself. The first login with a name and password that
 * are acceptable makes the address.
 */
export const authHandlers = (
  model: Model,
  find: FindMailbox,
  folder: string,
  resources: () => Resources,
  hash: (password: string) => Promise<string> = hashPassword,
  reservations?: Reservations,
): DictHandlers => {
  const findHash = async (mailbox: Mailbox, password: string): Promise<string | undefined> => {
    const known = readHash(mailbox);
    if (known !== undefined) return known;
    const claim = reservations?.claim(mailbox.name, password);
    const isBot = model.settings.echobot && mailbox.name === 'echo';
    const refusal = isBot
      ? isEchobot(password)
        ? undefined
        : 'name of the bot'
      : claim === 'another'
        ? 'name is reserved'
        : signUpRefusal(model.settings, mailbox.name, password, resources(), claim === 'own');
    if (refusal !== undefined) {
      log('notice', `registration rejected: ${refusal}`);
      count('accounts_refused', { reason: refusal });
      return undefined;
    }
    await createMailbox(mailbox, await hash(password));
    if (claim === 'own') await reservations?.redeem(mailbox.name);
    count('accounts_created');
    return readHash(mailbox);
  };
  const lookUpPassword = async (text: string): Promise<string | undefined> => {
    const given = parseCredentials(text);
    const mailbox = given && find(given.user);
    if (!mailbox) return undefined;
    const hash = await findHash(mailbox, given.password);
    return hash === undefined || hash.startsWith(BLOCKED) ? undefined : fields(mailbox, hash);
  };
  const trimQuota = quotaTrimmer(mailboxLimit(model));
  const nudge = nudger(trimQuota);
  const lookUpUser = async (key: string): Promise<string | undefined> => {
    const [, service, user = ''] = /^(?:([^/]*)\/)?(.*)$/s.exec(key) ?? [];
    const mailbox = find(user);
    if (!mailbox || !isOpen(mailbox)) return undefined;
    if (service === DELIVERY) {
      await trimQuota(mailbox.home);
      nudge(mailbox.home);
    }
    return fields(mailbox);
  };
  return {
    lookup: async (key) => {
      try {
        if (key.startsWith(USERDB)) return await lookUpUser(key.slice(USERDB.length));
        return key.startsWith(PASSDB) ? await lookUpPassword(key.slice(PASSDB.length)) : undefined;
      } catch (error) {
        log('error', `lookup: ${(error as NodeJS.ErrnoException).code}`);
        return TROUBLE;
      }
    },
    async *iterate(path) {
      if (path !== USERDB) return;
      for await (const { name } of await opendir(folder)) {
        const mailbox = find(name);
        if (mailbox && isOpen(mailbox)) yield [USERDB + name, ''];
      }
    },
  };
};
