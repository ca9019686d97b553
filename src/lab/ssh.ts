import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../program/run.ts';
import { shellCommand } from '../program/shell-words.ts';
import { endedWithin } from './ended-within.ts';

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

/** An emulated machine's sshd is slow to greet. */
const PATIENCE_MS = 60_000;

/** The first way in, as root or as Debian's user, that works; undefined: none does. */
export const findWayIn = async (
  key: SshKey,
  port: number,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> => {
  for (const user of ['root', 'debian']) {
    const command = sshCommand(key, port, user);
    const isOpen = run([...command, 'true'], { signal }).then(
      () => true,
      () => false,
    );
    if ((await endedWithin(isOpen, PATIENCE_MS)) && (await isOpen)) return command;
    signal?.throwIfAborted();
  }
  return undefined;
};
