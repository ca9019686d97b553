import { readFileSync, statfsSync } from 'node:fs';
import { loadavg } from 'node:os';
import type { Settings } from '../../config/schema.ts';
import { BYTES_PER_INODE } from '../../model/limits.ts';
import { PATHS } from '../../model/model.ts';
import { exists } from '../lib/exists.ts';
import { BY_INVITATION } from '../lib/invitations.ts';

/**
 * They are taken for the operator: by people (RFC 2142), by certificate authorities that ask by mail whose a domain is
 * (CA/Browser Forum Baseline Requirements §3.2.2.4.4), and by Postfix.
 */
const RESERVED: ReadonlySet<string> = new Set(
  'abuse admin administrator double-bounce hostmaster mailer-daemon postmaster webmaster'.split(' '),
);

/** What the machine has left. Memory and disk in bytes, inodes by number. */
export interface Resources {
  readonly isClosed: boolean;
  readonly load: number;
  readonly memory: number;
  readonly disk: number;
  readonly inodes: number;
}

/**
 * Why no address is created, whatever the name and password; `undefined` if addresses are created.
 * @param isInvited for somebody with an invitation
 */
export const closedReason = (
  { registration, max_load_1m, min_available_memory, min_free_disk_space }: Settings,
  { isClosed, load, memory, disk, inodes }: Resources,
  isInvited = false,
): string | undefined => {
  if (isClosed || registration === 'closed') return 'closed by the operator';
  if (registration === 'invite' && !isInvited) return BY_INVITATION;
  if (load > max_load_1m) return 'load too high';
  if (memory < min_available_memory) return 'not enough memory available';
  if (disk < min_free_disk_space) return 'not enough disk space';
  if (inodes * BYTES_PER_INODE < min_free_disk_space) return 'not enough free inodes';
  return undefined;
};

/**
 * Why a first login may not make an address; `undefined` if it may.
 * @param password as bytes, one per character
 */
export const signUpRefusal = (
  settings: Settings,
  name: string,
  password: string,
  resources: Resources,
  isInvited = false,
): string | undefined => {
  const closed = closedReason(settings, resources, isInvited);
  if (closed !== undefined) return closed;
  const length = [...Buffer.from(password, 'latin1').toString()].length;
  if (!/^[a-z0-9._-]+$/.test(name)) return 'name has characters that are not allowed';
  // RFC 5322 §3.2.3: else it cannot stand in From; and a program might take a leading hyphen for an option.
  if (/^[.-]|\.\.|\.$/.test(name)) return 'name has a dot or hyphen in a place that is not allowed';
  if (RESERVED.has(name)) return 'name is reserved';
  if (name.length < settings.username_min_length) return 'name too short';
  if (name.length > settings.username_max_length) return 'name too long';
  if (length < settings.password_min_length) return 'password too short';
  // One line, of which crypt(3) takes 512 bytes; older relays took 256
  if (password.length > 200 || /[\0-\x1f\x7f]/.test(password)) return 'password too long or not text';
  return undefined;
};

/** What the machine has left now, for a mail folder that exists. */
export const resources = (mailRoot: string, noCreate: string = PATHS.noCreate): Resources => {
  const { bavail, bsize, files, ffree } = statfsSync(mailRoot);
  const available = /^MemAvailable: *(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'latin1'));
  return {
    isClosed: exists(noCreate),
    load: loadavg()[0] ?? 0,
    memory: Number(available?.[1]) * 1024,
    disk: bavail * bsize,
    // Btrfs counts none: it has as many as fit on the disk.
    inodes: files === 0 ? Number.POSITIVE_INFINITY : ffree,
  };
};
