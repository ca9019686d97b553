import { randomBytes } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import type { Model } from '../../model/model.ts';
import { type Mailbox, mailboxFinder } from './mailbox.ts';

const DAY = 86_400;

/** A message in a Maildir. */
export interface Message {
  readonly path: string;
  /** When it came, as Unix time in seconds. */
  readonly time: number;
  /** In bytes. */
  readonly size: number;
  /** By the user (`\Seen`). */
  readonly isSeen: boolean;
}

/** The INBOX, which is the mailbox itself, or a folder of Maildir++, which is a folder `.Name` in it. */
interface Folder {
  readonly path: string;
  readonly messages: readonly Message[];
}

/**
 * A message as its file's name tells it, `1700000000.M1P2.host,S=1234,W=1256:2,S`; the file itself is asked only
 * where the name does not tell, or tells of the future. `undefined` for what is not a file.
 */
const messageOf = (folder: string, name: string, now: number): Message | undefined => {
  const path = `${folder}/${name}`;
  let time = Number(/^\d{9,11}(?=\.)/.exec(name)?.[0]);
  let size = Number(/,S=(\d+)/.exec(name)?.[1]);
  if (!(time < now + DAY && size >= 0)) {
    const file = lstatSync(path, { throwIfNoEntry: false });
    if (!file?.isFile()) return undefined;
    if (!(time < now + DAY)) time = file.mtimeMs / 1000;
    if (!(size >= 0)) size = file.size;
  }
  return { path, time, size, isSeen: /:2,[^,]*S/.test(name) };
};

/** Folders in a folder; links are none. */
export const subfolders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** Changes a folder and leaves it as it was, so that processes that watch it read it again. */
export const touch = (folder: string): void => {
  const file = `${folder}/.nudge-${randomBytes(4).toString('hex')}`;
  closeSync(openSync(file, 'wx')); // follows no link
  unlinkSync(file);
};

/** All mailboxes of a relay, whether they have a password or not. */
export function* mailboxesOf(model: Model, mailRoot: string): Generator<Mailbox> {
  const find = mailboxFinder(model, mailRoot);
  for (const name of subfolders(`${mailRoot}/${model.domain}`)) {
    const mailbox = find(name);
    if (mailbox?.address === name) yield mailbox;
  }
}

/** Of the parts of a folder. What begins with a dot is none. */
const messagesIn = (path: string, parts: readonly string[], now: number): Message[] => {
  const found: Message[] = [];
  for (const part of parts) {
    if (part !== 'cur' && part !== 'new') continue;
    for (const name of readdirSync(`${path}/${part}`)) {
      const message = name.startsWith('.') ? undefined : messageOf(`${path}/${part}`, name, now);
      if (message) found.push(message);
    }
  }
  return found;
};

/** The folders of a mailbox with their messages, the INBOX first. Waits for the disk. `now` is in seconds. */
export const readMaildir = (home: string, now = Date.now() / 1000): Folder[] => {
  const inside = subfolders(home);
  return ['', ...inside.filter((name) => name.startsWith('.'))].map((name) => {
    const path = name ? `${home}/${name}` : home;
    return { path, messages: messagesIn(path, name ? subfolders(path) : inside, now) };
  });
};

/** The same messages piece by piece, for who must not wait for the disk: others get their turn in between. */
export async function* messagesOf(home: string, now: number): AsyncGenerator<Message> {
  const inside = subfolders(home);
  for (const name of ['', ...inside.filter((each) => each.startsWith('.'))]) {
    const path = name ? `${home}/${name}` : home;
    for (const part of name ? subfolders(path) : inside) {
      if (part !== 'cur' && part !== 'new') continue;
      const folder = `${path}/${part}`;
      for await (const { name: file } of await opendir(folder, { bufferSize: 1000 })) {
        const message = file.startsWith('.') ? undefined : messageOf(folder, file, now);
        if (message) yield message;
      }
    }
  }
}

export const bytesOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, { size }) => sum + size, 0);

/** How full a mailbox may get before its oldest messages go, and how full it is after that. */
const FULL = 0.75;
const ROOMY = 0.7;

/** What a mailbox stores, or may. */
export interface Amount {
  readonly bytes: number;
  readonly messages: number;
}

/** What a mailbox may store; Dovecot has the same limit. */
export const mailboxLimit = ({ settings, limits }: Model): Amount => ({
  bytes: settings.max_mailbox_size,
  messages: limits.mailboxMessages,
});

/** Without a message. */
export const less = ({ bytes, messages }: Amount, { size }: Pick<Message, 'size'>): Amount => ({
  bytes: bytes - size,
  messages: messages - 1,
});

/** The part that is taken, of bytes or of messages, whichever is more. */
const partOf = (used: Amount, limit: Amount): number =>
  Math.max(used.bytes / limit.bytes, used.messages / limit.messages);

export const isFull = (used: Amount, limit: Amount): boolean => partOf(used, limit) >= FULL;

/** Whether a message has to go from a full mailbox, of which so much is left. */
export const isSurplus = (
  { time }: Pick<Message, 'time'>,
  used: Amount,
  limit: Amount,
  now: number,
): boolean => partOf(used, limit) > ROOMY && time <= now - DAY;

/** The oldest messages of a full mailbox, which have to go; none of the last 24 hours is among them. */
export const surplus = (messages: readonly Message[], limit: Amount, now: number): Message[] => {
  let used: Amount = { bytes: bytesOf(messages), messages: messages.length };
  if (!isFull(used, limit)) return [];
  return [...messages]
    .sort((a, b) => a.time - b.time)
    .filter((message) => {
      if (!isSurplus(message, used, limit, now)) return false;
      used = less(used, message);
      return true;
    });
};

/**
 * Removes a file, or a link but not what it leads to, and says whether it did: no folder, nor what a client renamed.
 */
const removeFile = (path: string): boolean => {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
};

/**
 * Removes messages of a mailbox and returns those that went. Dovecot sees by itself that they are gone, but not
 * their size: it counts again where there is no `maildirsize`.
 */
export const removeMessages = (home: string, messages: readonly Message[]): Message[] => {
  const removed = messages.filter(({ path }) => removeFile(path));
  if (removed.length > 0) removeFile(`${home}/maildirsize`);
  return removed;
};
