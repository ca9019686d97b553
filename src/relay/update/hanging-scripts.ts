import { dirname } from 'node:path';
import { readText } from '../lib/read-text.ts';
import { argumentsOf, familyOf, processes } from './process.ts';

/** Scripts of packages that are installed, and those of one that is being unpacked, below dpkg's own folder. */
const INSTALLED = /^\/var\/lib\/dpkg\/info\/chatmail-relay(-extras)?\.(pre|post)(inst|rm)$/;
const UNPACKED = /^\/var\/lib\/dpkg\/tmp\.ci\/(pre|post)(inst|rm)$/;

const isOurs = (path: string): boolean =>
  INSTALLED.test(path) ||
  (UNPACKED.test(path) &&
    /^Package: chatmail-relay(-extras)?$/m.test(readText(`${dirname(path)}/control`) ?? ''));

/**
 * Ends scripts of our packages that run longer than `limitMs`, with all that they started: dpkg then goes on, and
 * reports them as failed. To be called again and again; whether it has ended any so far.
 */
export const hangingScripts = (limitMs: number, now = () => performance.now()): (() => boolean) => {
  const seen = new Map<number, number>();
  let isAnyEnded = false;
  return () => {
    const running = processes().filter((pid) => argumentsOf(pid).some(isOurs));
    for (const pid of [...seen.keys()]) if (!running.includes(pid)) seen.delete(pid);
    for (const pid of running) {
      const since = seen.get(pid) ?? now();
      seen.set(pid, since);
      if (now() - since < limitMs) continue;
      for (const member of familyOf(pid)) {
        try {
          process.kill(member, 'SIGKILL');
          isAnyEnded = true;
        } catch {
          // it has ended meanwhile
        }
      }
    }
    return isAnyEnded;
  };
};
