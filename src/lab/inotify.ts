import { lstat, readdir, readFile, readlink } from 'node:fs/promises';

const LIMIT = '/proc/sys/fs/inotify/max_user_instances';
/** One relay in a container takes no more for its start. */
const SPARE = 16;

/** How many inotify instances each user of this computer has open (inotify(7)); only root sees those of all. */
export const inotifyInstances = async (): Promise<ReadonlyMap<number, number>> => {
  const users = new Map<number, number>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      const { uid } = await lstat(`/proc/${pid}`);
      for (const fd of await readdir(`/proc/${pid}/fd`))
        if ((await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')) === 'anon_inode:inotify')
          users.set(uid, (users.get(uid) ?? 0) + 1);
    } catch {
      // It has ended, or belongs to another user.
    }
  }
  return users;
};

/**
 * What to do where a container can have failed for want of inotify instances, which it shares with this computer:
 * where a user has hardly any left. `undefined` where that is not the cause.
 */
export const inotifyHint = (limit: number, users: ReadonlyMap<number, number>): string | undefined => {
  const most = Math.max(0, ...users.values());
  if (!(most > limit - SPARE)) return undefined;
  return `fs.inotify.max_user_instances is ${limit} here, and ${most} are in use: sysctl fs.inotify.max_user_instances=65535`;
};

/** The same for this computer as it is now. */
export const findInotifyHint = async (): Promise<string | undefined> =>
  inotifyHint(Number(await readFile(LIMIT, 'utf8')), await inotifyInstances());
