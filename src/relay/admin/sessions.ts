import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

const doveadm = (...args: string[]): string => {
  try {
    return execFileSync('doveadm', ['-c', '/etc/chatmail/dovecot.conf', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // Dovecot does not run: no sessions
    return '';
  }
};

/**
 * Ends the IMAP sessions of an address, and says whether that worked. doveadm(1) ends processes, and a hibernated
 * session shares its process with strangers: `wake` has to make news for it, after which it has one of its own.
 */
export const endSessions = async (address: string, wake: () => void): Promise<boolean> => {
  for (let round = 0; round < 50; round++) {
    if (!doveadm('who', '-1', address).includes(`${address} `)) return true;
    wake();
    doveadm('kick', address);
    await setTimeout(100);
  }
  return false;
};
