import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { encryptionFile, type Mailbox, passwordFile } from '../lib/mailbox.ts';

const { O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Answers each line of a salt and a password with what crypt(3) makes of them. Perl is a part of every Debian. */
const CRYPT = ['-nle', "$|=1;/ /;print crypt$',$`"];
/** How long an answer may take; also how long an idle process is kept before its memory is freed. */
const PATIENCE_MS = 10_000;

type Hash = (password: string) => Promise<string>;
let current: Hash | undefined;

const startHashing = (): Hash => {
  const waiting: { resolve: (hash: string) => void; reject: (reason: Error) => void }[] = [];
  const child = spawn('perl', CRYPT, { stdio: ['pipe', 'pipe', 'ignore'] });
  const end = (): void => {
    if (current === hash) current = undefined;
    child.kill();
    for (const { reject } of waiting.splice(0)) reject(new Error('no hash'));
  };
  const timer = setTimeout(end, PATIENCE_MS).unref();
  child.once('error', end).once('close', end);
  child.stdin.on('error', end);
  createInterface(child.stdout).on('line', (line) => {
    timer.refresh();
    waiting.shift()?.resolve(`{SHA512-CRYPT}${line}`);
  });
  const hash: Hash = (password) =>
    new Promise((resolve, reject) => {
      timer.refresh();
      waiting.push({ resolve, reject });
      child.stdin.write(
        `$6$${randomBytes(12).toString('base64').replaceAll('+', '.')} ${password}\n`,
        'latin1',
      );
    });
  return hash;
};

/**
 * SHA512-CRYPT with Dovecot's scheme in front. In a separate process, as it takes milliseconds of work in which
 * other logins go on; by the same for all, as to start one holds up everything, and so that many newcomers leave a
 * processor to others.
 * @param password one line of at most 256 bytes, one per character
 */
export const hashPassword: Hash = (password) => {
  current ??= startHashing();
  return current(password);
};

/**
 * Makes an address with this password, unless it exists by then: of two first logins the first one wins, and
 * its hash is never seen half written, not even after a power failure.
 */
export const createMailbox = async (mailbox: Mailbox, hash: string): Promise<void> => {
  await mkdir(mailbox.home, { recursive: true, mode: 0o700 });
  const marker = await open(encryptionFile(mailbox), O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o600);
  await marker.close();
  const temporary = `${passwordFile(mailbox)}.${randomBytes(8).toString('hex')}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(hash);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, passwordFile(mailbox));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
};
