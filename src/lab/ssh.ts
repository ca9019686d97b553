import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../program/run.ts';
import { shellCommand } from '../program/shell-words.ts';

/** A key pair for one machine. */
export interface SshKey {
  readonly file: string;
  /** A line for `authorized_keys`. */
  readonly publicKey: string;
}

/** Makes a key in `folder`. Undefined where there is no OpenSSH: the machine then has no way in. */
export const makeSshKey = async (folder: string): Promise<SshKey | undefined> => {
  const file = join(folder, 'ssh-key');
  try {
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'chatmail-image try', '-f', file]);
  } catch {
    return undefined;
  }
  return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() };
};

const sshOptions = (key: SshKey, port: number): string[] => [
  ...['-F', 'none', '-i', key.file, '-p', String(port)],
  // The machine was created a moment ago on this computer: its key cannot be known yet, and need not be remembered.
  ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
  ...['-o', 'GlobalKnownHostsFile=/dev/null', '-o', 'IdentitiesOnly=yes'],
  ...['-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR', '-o', 'ConnectTimeout=20'],
];

/**
 * Runs what is appended as root, through `user`. ssh(1) joins its words for a shell at the far end: bash here
 * quotes them first, so that they arrive as they were given.
 */
export const sshCommand = (key: SshKey, port: number, user: string): string[] => {
  const asRoot = user === 'root' ? [] : ['sudo', '--non-interactive', '--'];
  const ssh = shellCommand(['ssh', ...sshOptions(key, port), `${user}@127.0.0.1`, ...asRoot]);
  return ['bash', '-c', `exec ${ssh} "\${*@Q}"`, 'ssh'];
};

/** An emulated machine's sshd starts late, and is slow to greet. */
const PATIENCE_MS = 120_000;
const LOOK_AGAIN_MS = 500;

/** As root or as Debian's user. */
const USERS = ['root', 'debian'];

/** What a user who cannot log in is told; without it, sshd does not answer yet. */
const REFUSED = /Permission denied|Please login as/;

interface WayInOptions {
  readonly signal?: AbortSignal | undefined;
  readonly runCommand?: typeof run;
  readonly patienceMs?: number;
}

/** The first way in that works, once sshd answers; undefined: it lets nobody in, or does not answer in time. */
export const findWayIn = async (
  key: SshKey,
  port: number,
  { signal, runCommand = run, patienceMs = PATIENCE_MS }: WayInOptions = {},
): Promise<readonly string[] | undefined> => {
  const end = AbortSignal.timeout(patienceMs);
  const both = signal ? AbortSignal.any([signal, end]) : end;
  while (!end.aborted) {
    let refusals = 0;
    for (const user of USERS) {
      const command = sshCommand(key, port, user);
      try {
        await runCommand([...command, 'true'], { signal: both });
        return command;
      } catch (error) {
        signal?.throwIfAborted();
        if (REFUSED.test((error as Error).message)) refusals++;
      }
    }
    if (refusals === USERS.length) return undefined;
    await pause(LOOK_AGAIN_MS, undefined, { signal: both }).catch(() => {});
    signal?.throwIfAborted();
  }
  return undefined;
};
