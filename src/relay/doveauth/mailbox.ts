import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Model } from '../../model/model.ts';

/** Where one address is kept. */
export interface Mailbox {
  readonly address: string;
  readonly home: string;
  /** What is before the @. */
  readonly name: string;
}

/** Finds the folder of an address; `undefined` for one that cannot be of this relay. */
export type FindMailbox = (address: string) => Mailbox | undefined;

/**
 * Folders below `mailRoot`. More names are found than may be made today: addresses that came with an older
 * relay stay. But a name has no slash, so with the domain behind it, it cannot lead to another place.
 */
export const mailboxFinder = ({ domain, addressDomain }: Model, mailRoot: string): FindMailbox => {
  const suffix = `@${addressDomain}`;
  return (given) => {
    const address = given.toLowerCase();
    const name = address.slice(0, -suffix.length);
    // RFC 5321 §4.5.3.1.1: at most 64 octets
    if (!address.endsWith(suffix) || !/^[!-.0-~]{1,64}$/.test(name)) return undefined;
    return { address, name, home: `${mailRoot}/${domain}/${address}` };
  };
};

/** The file that makes an address: password hash, and by its modification time the last login. */
export const passwordFile = ({ home }: Mailbox): string => `${home}/password`;

/** While this empty file exists, an address takes no cleartext. */
export const encryptionFile = ({ home }: Mailbox): string => `${home}/enforceE2EEincoming`;

/*
 * These wait for the disk. Where the kernel has it in memory that is some microseconds, far less than it takes to
 * hand them to a thread and back.
 */

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** A hash with its scheme is some 120 bytes. */
const buffer = Buffer.alloc(1024);

/** The hash with Dovecot's scheme in front; `undefined` where the address does not exist. */
export const readHash = (mailbox: Mailbox): string | undefined => {
  let file: number;
  try {
    file = openSync(passwordFile(mailbox), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return buffer.toString('latin1', 0, readSync(file, buffer)).trim() || undefined;
  } finally {
    closeSync(file);
  }
};
