import { lstatSync, renameSync, rmSync } from 'node:fs';
import type { Model } from '../../model/model.ts';
import { readRegular } from './read-regular.ts';

/** Where one address is kept. */
export interface Mailbox {
  readonly address: string;
  readonly home: string;
  /** What is before the @. */
  readonly name: string;
}

/** With `.deleted` behind it, the longest name of a folder. */
const MAX_ADDRESS = 255 - '.deleted'.length;

/** Finds the folder of an address; `undefined` for one that cannot be of this relay. */
export type FindMailbox = (address: string) => Mailbox | undefined;

/**
 * Folders below `mailRoot`. More names are found than may be made today: addresses that came with an older
 * relay stay. But a name has no slash, so with the domain behind it, it cannot lead to another place.
 */
export const mailboxFinder = (
  { domain, addressDomain }: Pick<Model, 'domain' | 'addressDomain'>,
  mailRoot: string,
): FindMailbox => {
  const suffix = `@${addressDomain}`;
  return (given) => {
    const address = given.toLowerCase();
    const name = address.slice(0, -suffix.length);
    // RFC 5321 §4.5.3.1.1: at most 64 octets; and the folder needs a name that the file system takes
    if (!address.endsWith(suffix) || !/^[!-.0-~]{1,64}$/.test(name) || address.length > MAX_ADDRESS)
      return undefined;
    return { address, name, home: `${mailRoot}/${domain}/${address}` };
  };
};

/** The file that makes an address: password hash, and by its modification time the day of the last login. */
export const passwordFile = ({ home }: Pick<Mailbox, 'home'>): string => `${home}/password`;

/** While this empty file exists, an address takes no cleartext. */
export const encryptionFile = ({ home }: Mailbox): string => `${home}/enforceE2EEincoming`;

/*
 * These wait for the disk. Where the kernel has it in memory that is some microseconds, far less than it takes to
 * hand them to a thread and back.
 */

/**
 * In front of the hash it blocks an address, as for passwd(1): logins and mail are refused. On an upstream
 * relay, too, no password fits such a hash.
 */
export const BLOCKED = '!';

/**
 * The hash with Dovecot's scheme in front; `undefined` where the address does not exist. Throws for what is not a
 * file.
 */
export const readHash = (mailbox: Mailbox): string | undefined =>
  readRegular(passwordFile(mailbox))?.toString('latin1').trim() || undefined;

/** The address exists and is not blocked. Throws where the disk does not tell. */
export const isOpen = (mailbox: Mailbox): boolean => readHash(mailbox)?.startsWith(BLOCKED) === false;

/** The day of the last login, as Unix time in seconds; `undefined` where the address does not exist. */
export const lastLogin = (mailbox: Pick<Mailbox, 'home'>): number | undefined => {
  const modified = lstatSync(passwordFile(mailbox), { throwIfNoEntry: false })?.mtimeMs;
  return modified === undefined ? undefined : modified / 1000;
};

/** What an address is called while it is being removed, and where that was cut short. Finds no login, no mail. */
export const REMOVED = '.deleted';

/**
 * Removes an address with all its mail, at once for logins and deliveries; from then on it can be created again.
 * `isWanted` is called when logins are already refused: if it returns false, everything is put back, and `false` is
 * returned.
 */
export const removeMailbox = (
  { home }: Pick<Mailbox, 'home'>,
  isWanted = (_away: string) => true,
): boolean => {
  const away = home + REMOVED;
  rmSync(away, { recursive: true, force: true });
  renameSync(home, away);
  const isRemoved = isWanted(away);
  if (isRemoved) rmSync(away, { recursive: true, force: true });
  else renameSync(away, home);
  return isRemoved;
};
