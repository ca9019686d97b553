import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, unlink, writeFile } from 'node:fs/promises';
import { encryptionFile, type Mailbox, passwordFile } from '../lib/mailbox.ts';

const runOpenssl = (password: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { timeout: 10_000 };
    const child = execFile('openssl', ['passwd', '-6', '-stdin'], options, (error, stdout) =>
      error ? reject(error) : resolve(`{SHA512-CRYPT}${stdout.trim()}`),
    );
    // Where it does not start or ends early, the callback has the reason.
    child.stdin?.on('error', () => {}).end(`${password}\n`, 'latin1');
  });

let last: Promise<unknown> = Promise.resolve();

/**
 * SHA512-CRYPT with Dovecot's scheme in front. In a process of its own, for it takes milliseconds of work in
 * which other logins go on; one at a time, so that many newcomers leave them a processor.
 * @param password one line of at most 256 bytes, one per character
 */
export const hashPassword = (password: string): Promise<string> => {
  const hash = last.then(() => runOpenssl(password));
  last = hash.catch(() => {});
  return hash;
};

/**
 * Makes an address with this password, unless it exists by then: of two first logins the first one wins, and
 * its hash is never seen half written, not even after a power failure.
 */
export const createMailbox = async (mailbox: Mailbox, hash: string): Promise<void> => {
  await mkdir(mailbox.home, { recursive: true, mode: 0o700 });
  await writeFile(encryptionFile(mailbox), '', { flag: 'a', mode: 0o600 });
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
    await unlink(temporary);
  }
};
