import { existsSync, lstatSync } from 'node:fs';
import { lstat, opendir, readdir, rename } from 'node:fs/promises';
import { setImmediate as others } from 'node:timers/promises';
import { log } from '../lib/log.ts';
import { subfolders } from '../lib/maildir.ts';
import { count } from '../lib/metrics.ts';
import { removeFolder } from '../lib/remove-folder.ts';

/** Beside the INBOX. Delta Chat has one, and each takes seven inodes. */
const MAX_FOLDERS = 100;
const LOOK_MS = 60_000;
/** `cur`, `new`, `tmp`, and a folder's own two names. */
const OTHER_LINKS = 5;

/** Whether a mailbox may have too many: a folder has a link from each in it (not on Btrfs, which says 1). */
const mayHaveMany = async (home: string, most: number): Promise<boolean> => {
  const found = await lstat(home);
  return found.isDirectory() && (found.nlink === 1 || found.nlink > most + OTHER_LINKS);
};

/** Puts the messages of a folder into the INBOX: nothing is lost. */
const emptyInto = async (home: string, folder: string): Promise<void> => {
  for (const part of ['new', 'cur'])
    for (const name of await readdir(`${folder}/${part}`)) {
      const place = `${home}/${part}/${name}`;
      if (!existsSync(place)) await rename(`${folder}/${part}/${name}`, place);
    }
};

/** Removes the latest of too many folders; returns how many went. Between them it lets others have their turn. */
const trimFolders = async (home: string, most: number): Promise<number> => {
  const folders = subfolders(home)
    .filter((name) => name.startsWith('.'))
    .map((name) => `${home}/${name}`);
  if (folders.length <= most) return 0;
  const made = new Map<string, number>();
  for (const path of folders) made.set(path, lstatSync(path).birthtimeMs);
  const surplus = folders.sort((a, b) => (made.get(a) ?? 0) - (made.get(b) ?? 0)).slice(most);
  let removed = 0;
  for (const path of surplus) {
    await emptyInto(home, path);
    if (removeFolder(path)) removed++;
    await others();
  }
  return removed;
};

/** Looks through all mailboxes below `folder` once. */
export const lookForFolders = async (folder: string, most = MAX_FOLDERS): Promise<void> => {
  for await (const { name } of await opendir(folder, { bufferSize: 1000 })) {
    if (!name.includes('@')) continue;
    try {
      const home = `${folder}/${name}`;
      const removed = (await mayHaveMany(home, most)) ? await trimFolders(home, most) : 0;
      if (removed === 0) continue;
      log('notice', `mailbox with too many folders: ${removed} removed`);
      count('expired', { what: 'folder' }, removed);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // An address may be removed meanwhile.
      if (code !== 'ENOENT') log('error', `folders: ${code}`);
    }
  }
};

/**
 * Keeps mailboxes from having too many folders, which Dovecot 2.3 does not bound, and which would use up the inodes
 * of all. Looks every minute: until then a client makes some thousand.
 */
export const keepFolders = (folder: string): { close: () => void } => {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const look = async (): Promise<void> => {
    await lookForFolders(folder).catch(({ code }: NodeJS.ErrnoException) => log('error', `folders: ${code}`));
    if (!isClosed) timer = setTimeout(look, LOOK_MS).unref();
  };
  look();
  return {
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
};
