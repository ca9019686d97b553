import { lstatSync, lutimesSync, rmSync } from 'node:fs';
import type { Settings } from '../../config/schema.ts';
import type { Model } from '../../model/model.ts';
import {
  BLOCKED,
  lastLogin,
  type Mailbox,
  mailboxFinder,
  passwordFile,
  REMOVED,
  readHash,
  removeMailbox,
} from '../lib/mailbox.ts';
import {
  bytesOf,
  type Message,
  mailboxLimit,
  readMaildir,
  removeMessages,
  subfolders,
  surplus,
} from '../lib/maildir.ts';
import { removeFolder } from '../lib/remove-folder.ts';

const DAY = 86_400;

/** Bytes above which a message that was seen goes early. */
const LARGE = 200_000;

/** What a run looked at and removed, or would remove. */
interface Expired {
  mailboxes: number;
  messages: number;
  oldMessages: number;
  /** Those that were large and seen. */
  largeMessages: number;
  /** The oldest of full mailboxes. */
  surplusMessages: number;
  /** Of all these messages. */
  bytes: number;
  inactiveAddresses: number;
  emptyFolders: number;
  /** Mailboxes that could not be looked at. */
  problems: number;
}

/** Why a message has to go, at `now` in seconds. */
export const expiryOf = (
  { time, size, isSeen }: Pick<Message, 'time' | 'size' | 'isSeen'>,
  { delete_mails_after, delete_large_after }: Settings,
  now: number,
): 'old' | 'large' | undefined => {
  if (time < now - delete_mails_after * DAY) return 'old';
  return size > LARGE && isSeen && time < now - delete_large_after * DAY ? 'large' : undefined;
};

/** When anything came or went in a folder, in seconds. */
const changeTime = (folder: string): number =>
  Math.max(
    ...['', '/cur', '/new'].map(
      (part) => (lstatSync(folder + part, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1000,
    ),
  );

/**
 * Removes what is too old from all mailboxes of the relay: messages, unused addresses, folders that are
 * left over. Blocked addresses stay, that they remain blocked. Links and what is not a mailbox are left alone.
 */
export const expire = (
  model: Model,
  mailRoot: string,
  { now = Date.now() / 1000, isDryRun = false } = {},
): Expired => {
  const { settings } = model;
  const find = mailboxFinder(model, mailRoot);
  const counts: Expired = {
    mailboxes: 0,
    messages: 0,
    oldMessages: 0,
    largeMessages: 0,
    surplusMessages: 0,
    bytes: 0,
    inactiveAddresses: 0,
    emptyFolders: 0,
    problems: 0,
  };

  const isInactive = (mailbox: Mailbox, login: number | undefined): boolean =>
    login !== undefined &&
    login < now - settings.delete_inactive_users_after * DAY &&
    !readHash(mailbox)?.startsWith(BLOCKED);

  const removeLeftover = (path: string): void => {
    if (isDryRun || removeFolder(path)) counts.emptyFolders++;
  };

  const expireMailbox = (mailbox: Mailbox): void => {
    const { home } = mailbox;
    const login = lastLogin(mailbox);
    if (isInactive(mailbox, login)) {
      // A login just now is news that comes too late for the look before.
      if (isDryRun || removeMailbox(mailbox, (away) => lastLogin({ home: away }) === login))
        counts.inactiveAddresses++;
      return;
    }
    // Of a clock that was wrong: it would keep the address for as long.
    if (login !== undefined && login > now + DAY && !isDryRun)
      lutimesSync(passwordFile(mailbox), now, now - (now % DAY));
    const remove = (why: 'oldMessages' | 'largeMessages' | 'surplusMessages', messages: Message[]): void => {
      if (messages.length === 0) return;
      const removed = isDryRun ? messages : removeMessages(home, messages);
      counts[why] += removed.length;
      counts.bytes += bytesOf(removed);
    };
    const folders = readMaildir(home, now);
    const due: Record<'old' | 'large' | 'kept', Message[]> = { old: [], large: [], kept: [] };
    for (const { messages } of folders)
      for (const message of messages) due[expiryOf(message, settings, now) ?? 'kept'].push(message);
    counts.messages += due.old.length + due.large.length + due.kept.length;
    remove('oldMessages', due.old);
    remove('largeMessages', due.large);
    remove('surplusMessages', surplus(due.kept, mailboxLimit(model), now));
    for (const { path, messages } of folders.slice(1))
      if (messages.length === 0 && changeTime(path) < now - settings.delete_mails_after * DAY)
        removeLeftover(path);
    if (login === undefined && due.kept.length === 0 && changeTime(home) < now - DAY) removeLeftover(home);
  };

  for (const name of subfolders(`${mailRoot}/${model.domain}`)) {
    const address = name.endsWith(REMOVED) ? name.slice(0, -REMOVED.length) : name;
    const mailbox = find(address);
    if (mailbox?.address !== address) continue;
    counts.mailboxes++;
    try {
      if (name === address) expireMailbox(mailbox);
      else if (!isDryRun) rmSync(mailbox.home + REMOVED, { recursive: true, force: true });
    } catch {
      counts.problems++;
    }
  }
  return counts;
};
