import { createHash, randomBytes } from 'node:crypto';
import { type Model, PATHS } from '../../model/model.ts';
import { socketPath } from '../../model/readers.ts';
import { dictClient } from '../lib/dict-client.ts';
import { exists } from '../lib/exists.ts';
import { type Mailbox, mailboxFinder, REMOVED } from '../lib/mailbox.ts';
import { outside } from './outside.ts';

/** Upstream counts addresses that begin so as those of tests. */
const PREFIX = 'ci-';

const random = (length: number): string =>
  [...randomBytes(length)].map((byte) => (byte % 36).toString(36)).join('');

/** A name that the settings allow. */
export const trialName = ({
  username_min_length: min,
  username_max_length: max,
}: Model['settings']): string => {
  const length = Math.min(Math.max(min, 12), max);
  return length > PREFIX.length + 5 ? PREFIX + random(length - PREFIX.length) : random(length);
};

/** An address that nobody has, and a password for it. */
export const newTrialAddress = (model: Model): { mailbox: Mailbox; password: string } => {
  const find = mailboxFinder(model, PATHS.mail);
  for (;;) {
    const mailbox = find(`${trialName(model.settings)}@${model.addressDomain}`);
    if (mailbox && !exists(mailbox.home))
      return { mailbox, password: random(Math.max(24, model.settings.password_min_length)) };
  }
};

/** Whether a first login makes no address now: for the load, the disk, or the operator. */
const isClosed = async (): Promise<boolean> => {
  const dict = dictClient(socketPath('census'));
  try {
    return (await dict.lookup('shared/closed')) !== undefined;
  } catch {
    return false;
  } finally {
    dict.close();
  }
};

/** As vmail, whose folders they are. */
const asVmail = (script: string, ...args: readonly string[]) =>
  outside(['sh', '-euc', script, 'sh', ...args], { user: 'vmail' });

const MAKE = 'umask 077; mkdir -p "$1"; echo "$2" >"$1/password"';

/** Everybody may read arguments (proc(5)): a random password needs no more to be kept from them. */
const hashOf = (password: string): string =>
  `{SHA256}${createHash('sha256').update(password).digest('base64')}`;
const REMOVE = `mv -T "$1" "$1${REMOVED}"; rm -rf "$1${REMOVED}"`;

/** Where a first login would not make an address although the relay works, it is made beforehand. */
export const makeIfClosed = async (mailbox: Mailbox, password: string): Promise<void> => {
  if (await isClosed()) await asVmail(MAKE, mailbox.home, hashOf(password));
};

export const removeTrialAddress = async (model: Model, address: string): Promise<void> => {
  const mailbox = mailboxFinder(model, PATHS.mail)(address);
  if (mailbox && exists(mailbox.home)) await asVmail(REMOVE, mailbox.home);
};
