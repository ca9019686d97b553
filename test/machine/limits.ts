import { readFile, writeFile } from 'node:fs/promises';

/** inotify(7): of all processes of a user, those in containers among them. */
const INSTANCES = '/proc/sys/fs/inotify/max_user_instances';
const ENOUGH = 8192;

export const inotifyInstances = async (): Promise<number> => Number(await readFile(INSTANCES, 'utf8'));

/**
 * Raises what this computer's kernel gives each user. A relay takes a dozen instances of root's, and by default there
 * are 128: with more than eight relays at once, of this run and others, services fail in whichever comes last.
 */
export const raiseLimits = async (): Promise<void> => {
  if ((await inotifyInstances()) < ENOUGH) await writeFile(INSTANCES, `${ENOUGH}\n`);
};
