import { watch } from 'node:fs';
import { log } from './log.ts';

/** How often to look where the kernel does not tell. */
const POLL_MS = 1000;

/** inotify_init(2), inotify_add_watch(2): the user has no instance left, or no watch. */
const isExhausted = (error: unknown): boolean =>
  ['EMFILE', 'ENOSPC'].includes((error as NodeJS.ErrnoException).code ?? '');

/**
 * Calls `changed` with the name of what came to a folder or went; with `null` where it can be anything: once a
 * second where the kernel has no inotify instance left for us, as mailboxes share them. Throws for a folder that
 * does not exist.
 */
export const watchFolder = (
  folder: string,
  changed: (name: string | null) => void,
): { readonly close: () => void } => {
  try {
    return watch(folder, (_, name) => changed(name));
  } catch (error) {
    if (!isExhausted(error)) throw error;
    log('warning', 'no inotify instance is left (fs.inotify.max_user_instances): looking every second');
    const timer = setInterval(changed, POLL_MS, null);
    return { close: () => clearInterval(timer) };
  }
};
