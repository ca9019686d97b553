import { readFileSync, statfsSync } from 'node:fs';
import { loadavg } from 'node:os';
import type { Settings } from '../../config/schema.ts';
import { PATHS } from '../../model/model.ts';
import { isFile } from '../lib/mailbox.ts';

/** What the machine has left. Memory and disk in bytes. */
export interface Resources {
  readonly isClosed: boolean;
  readonly load: number;
  readonly memory: number;
  readonly disk: number;
}

/**
 * Why a first login may not make an address; `undefined` if it may.
 * @param password as bytes, one per character
 */
export const signUpRefusal = (
  settings: Settings,
  name: string,
  password: string,
  { isClosed, load, memory, disk }: Resources,
): string | undefined => {
  const length = [...Buffer.from(password, 'latin1').toString()].length;
  if (isClosed) return 'closed by the operator';
  if (!/^[a-z0-9._-]+$/.test(name)) return 'name has characters that are not allowed';
  if (name.length < settings.username_min_length) return 'name too short';
  if (name.length > settings.username_max_length) return 'name too long';
  if (length < settings.password_min_length) return 'password too short';
  // One line, of which crypt(3) takes 512 bytes; older relays took 256
  if (password.length > 200 || /[\0-\x1f\x7f]/.test(password)) return 'password too long or not text';
  if (load > settings.max_load_1m) return 'load too high';
  if (memory < settings.min_available_memory) return 'not enough memory available';
  if (disk < settings.min_free_disk_space) return 'not enough disk space';
  return undefined;
};

/** What the machine has left now, for a mail folder that exists. */
export const resources = (mailRoot: string, noCreate: string = PATHS.noCreate): Resources => {
  const { bavail, bsize } = statfsSync(mailRoot);
  const available = /^MemAvailable: *(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'latin1'));
  return {
    isClosed: isFile(noCreate),
    load: loadavg()[0] ?? 0,
    memory: Number(available?.[1]) * 1024,
    disk: bavail * bsize,
  };
};
