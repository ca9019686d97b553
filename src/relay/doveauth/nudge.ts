import { opendirSync, statSync } from 'node:fs';
import { touch } from '../lib/maildir.ts';

/** After the 500 ms that Dovecot waits before it looks at a change, and again for a slow disk. */
const DELAYS = [600, 2000] as const;
/** What came longer ago was not lost to this look-up: it was no delivery. */
const RECENT = 5000;
/** One timer for all, as a relay may have thousands to look after. */
const TICK = 100;

/** However many there are, it asks for the first. */
const hasEntry = (folder: string): boolean => {
  const entries = opendirSync(folder);
  try {
    return entries.readSync() !== null;
  } finally {
    entries.closeSync();
  }
};

/** Whether something came to a mailbox. */
const nudge = (home: string): boolean => {
  const folder = `${home}/new`;
  try {
    if (statSync(folder).mtimeMs < Date.now() - RECENT) return false;
    if (hasEntry(folder)) touch(folder);
    return true;
  } catch {
    // No mailbox yet, or a full disk: nothing to tell, or no way to.
    return false;
  }
};

/**
 * Dovecot 2.3 loses news: what arrives in the last 500 ms before an IDLE client is put into hibernation is
 * noticed by the process that ends, and by nobody after it. So a while after each delivery the folder of new
 * mail is changed once more, which wakes a hibernated client; one that knows of the mail already sees nothing.
 * Deliveries are noticed by their look-up of the user. A later one puts the nudge off: it is news itself.
 * `afterwards` is called when all is done.
 */
export const nudger = (afterwards: (home: string) => void = () => {}): ((home: string) => void) => {
  /** When each was looked up, the earliest first: those that wait for the first nudge, and for the second. */
  const [first, second] = [new Map<string, number>(), new Map<string, number>()];
  let isPlanned = false;
  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(() => {
      const now = performance.now();
      isPlanned = false;
      for (const [home, since] of first) {
        if (since > now - DELAYS[0]) break;
        first.delete(home);
        second.set(home, since);
        nudge(home);
      }
      for (const [home, since] of second) {
        if (since > now - DELAYS[1]) break;
        second.delete(home);
        if (nudge(home)) afterwards(home);
      }
      if (first.size + second.size > 0) plan();
    }, TICK).unref();
  };
  return (home) => {
    first.delete(home);
    second.delete(home);
    first.set(home, performance.now());
    plan();
  };
};
