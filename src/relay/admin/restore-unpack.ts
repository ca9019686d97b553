import {
  closeSync,
  constants,
  futimesSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { printable } from '../../config/printable.ts';
import { MAX_JOURNAL } from '../invitations/journal.ts';
import { becomeUser } from '../lib/as-user.ts';
import { placeOf } from './restore-place.ts';
import { type TarEntry, tarEntries } from './tar-entries.ts';

/** Why a backup cannot be restored here. Printed as it is. */
export class Refusal extends Error {}

/** What is in a backup. Mail is staged on the disk; the rest is small, and here. */
export interface Unpacked {
  /** The addresses of each domain. */
  readonly domains: ReadonlyMap<string, ReadonlySet<string>>;
  readonly files: Partial<Record<'key' | 'settings' | 'noCreate' | 'invitations', Buffer>>;
  /** Files and links below acmetool's folder; a link by where it leads. */
  readonly acme: ReadonlyMap<string, Buffer | string>;
  /** What was not taken, and why; the first of many by name. */
  readonly leftOut: { readonly count: number; readonly named: readonly string[] };
}

/** In bytes: of a file of mail, of another one, and of what is in memory. */
const MAX_MAIL = 2 ** 30;
const MAX_FILE = 2 ** 20;
const MAX_ACME = 2 ** 24;
/** What a restore leaves free. */
const SPARE_BYTES = 2 ** 26;
const SPARE_FILES = 1000;
/** What an entry takes at least. */
const BLOCK = 512;
/** Of domains whose mail is in it; a relay has one. */
const MAX_DOMAINS = 1000;
const MAX_NAMED = 20;
const MAX_PRINTED = 300;

/** acmetool's own links lead from a certificate to its key, and from a name to its certificate. */
const ACME_LINK = /^(\.\.\/){1,2}(certs|keys)\/[\w.%~-]{1,255}(\/\w{1,50})?$/;

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

const NOT_REGULAR = 'not a regular file or folder';

const bytes = (path: string): Buffer => Buffer.from(path, 'latin1');

/** Keeps account of what an untrusted backup takes. */
const allowance = (folder: string) => {
  const { bavail, bsize, ffree, files } = statfsSync(folder);
  let freeBytes = bavail * bsize - SPARE_BYTES;
  let count = files > 0 ? ffree - SPARE_FILES : Number.POSITIVE_INFINITY;
  return (size: number): void => {
    freeBytes -= Math.ceil(size / bsize) * bsize;
    if (freeBytes < 0 || --count < 0) throw new Refusal('the disk is too small for this backup');
  };
};

const readAll = async ({ content }: TarEntry): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of content()) parts.push(part);
  return Buffer.concat(parts);
};

/** Writes a file with the time it had: a password's is the last login. */
const writeMail = async (path: string, { content, mtime }: TarEntry): Promise<void> => {
  mkdirSync(bytes(dirname(path)), { recursive: true, mode: 0o700 });
  // What is there twice was added later, and holds.
  rmSync(bytes(path), { force: true });
  const fd = openSync(bytes(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for await (const part of content()) for (let at = 0; at < part.length; ) at += writeSync(fd, part, at);
    futimesSync(fd, mtime, mtime);
  } finally {
    closeSync(fd);
  }
};

/**
 * Reads a backup. As vmail, and of mail only regular files and folders are made, below `staging`, with
 * vmail's modes; what else is there is named in `leftOut`. Throws a {@link Refusal} where something that a relay
 * cannot do without is not a file.
 */
export const unpackBackup = async (tar: AsyncIterable<Buffer>, staging: string): Promise<Unpacked> => {
  const domains = new Map<string, Set<string>>();
  const files: Partial<Record<'key' | 'settings' | 'noCreate' | 'invitations', Buffer>> = {};
  const acme = new Map<string, Buffer | string>();
  const named: string[] = [];
  let count = 0;
  let acmeBytes = 0;
  const take = allowance(staging);
  const addressesOf = (domain: string): Set<string> => {
    const known = domains.get(domain) ?? new Set();
    domains.set(domain, known);
    if (domains.size > MAX_DOMAINS) throw new Refusal('the backup has mail of too many domains');
    return known;
  };
  const takeOne = async (entry: TarEntry): Promise<string | undefined> => {
    const place = placeOf(entry.name);
    const isFile = entry.kind === 'file';
    switch (place.is) {
      case 'passed over':
        return isFile || entry.kind === 'folder' ? undefined : NOT_REGULAR;
      case 'refused':
        return place.why;
      case 'key':
      case 'settings':
      case 'noCreate':
      case 'invitations':
        if (!isFile || entry.size > (place.is === 'invitations' ? MAX_JOURNAL : MAX_FILE))
          throw new Refusal(
            `"${printable(entry.name.slice(0, MAX_PRINTED))}" in the backup is not a small regular file`,
          );
        files[place.is] = await readAll(entry);
        return undefined;
      case 'acme':
        if (entry.kind === 'folder') return undefined;
        if (entry.kind === 'link' && ACME_LINK.test(entry.target)) acme.set(place.path, entry.target);
        else if (!isFile || entry.size > MAX_FILE) return 'not a small regular file';
        else acme.set(place.path, await readAll(entry));
        acmeBytes += entry.size + BLOCK;
        if (acmeBytes > MAX_ACME) throw new Refusal('the backup has too many certificates');
        return undefined;
      case 'domain':
        if (entry.kind !== 'folder') return 'not a folder';
        addressesOf(place.domain);
        return undefined;
    }
    const { domain, address, path } = place;
    const folder = `${staging}/new/${domain}/${address}`;
    if (entry.kind === 'folder') {
      take(0);
      mkdirSync(bytes(path === '' ? folder : `${folder}/${path}`), { recursive: true, mode: 0o700 });
    } else if (!isFile || path === '') return NOT_REGULAR;
    else if (entry.size > (path.includes('/') || path.startsWith('dovecot') ? MAX_MAIL : MAX_FILE))
      return 'too large';
    else {
      take(entry.size);
      await writeMail(`${folder}/${path}`, entry);
    }
    addressesOf(domain).add(address);
    return undefined;
  };
  const back = becomeUser('vmail');
  try {
    for await (const entry of tarEntries(tar)) {
      const why = await takeOne(entry);
      if (why !== undefined && count++ < MAX_NAMED)
        named.push(`"${printable(entry.name.slice(0, MAX_PRINTED))}": ${why}`);
    }
  } finally {
    back();
  }
  return { domains, files, acme, leftOut: { count, named } };
};
