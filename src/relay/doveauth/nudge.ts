import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** After the 500 ms that Dovecot waits before it looks at a change, and once more for a slow disk. */
const DELAYS = [600, 2000];
/** What came longer ago was not lost to this look-up: it was no delivery. */
const RECENT = 5000;

/**
 * Dovecot 2.3 loses news: what arrives in the last 500 ms before an IDLE client is put into hibernation is
 * noticed by the process that ends, and by nobody after it. So a while after each delivery the folder of new
 * mail is changed once more, which wakes a hibernated client; one that knows of the mail already sees nothing.
 * Deliveries are noticed by their look-up of the user. A later one puts the nudge off: it is news itself.
 * `afterwards` is called when all is done.
 */
export const nudger = (afterwards: (home: string) => void = () => {}): ((home: string) => void) => {
  const timers = new Map<string, readonly NodeJS.Timeout[]>();
  const nudge = (folder: string) => {
    try {
      if (statSync(folder).mtimeMs < Date.now() - RECENT || readdirSync(folder).length === 0) return;
      writeFileSync(`${folder}/.nudge`, '');
      rmSync(`${folder}/.nudge`);
    } catch {
      // No mailbox yet, or a full disk: nothing to tell, or no way to.
    }
  };
  return (home) => {
    timers.get(home)?.forEach(clearTimeout);
    const folder = `${home}/new`;
    const last = DELAYS.length - 1;
    timers.set(
      home,
      DELAYS.map((delay, i) =>
        setTimeout(() => {
          nudge(folder);
          if (i < last) return;
          timers.delete(home);
          afterwards(home);
        }, delay).unref(),
      ),
    );
  };
};
