import { lstatSync, lutimesSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { type Model, PATHS } from '../../model/model.ts';
import { becomeUser } from '../lib/as-user.ts';
import type { Arguments } from '../lib/command.ts';
import { BLOCKED, type Mailbox, passwordFile, readHash, removeMailbox } from '../lib/mailbox.ts';
import { subfolders, touch } from '../lib/maildir.ts';
import { printRecord } from '../lib/print-record.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { existing } from './existing.ts';
import { endSessions } from './sessions.ts';

/** With another hash, and the last login as it was. */
const setHash = (mailbox: Mailbox, hash: string): void => {
  const path = passwordFile(mailbox);
  const { mode, mtime } = lstatSync(path);
  replaceFile(path, hash, mode & 0o700);
  lutimesSync(path, mtime, mtime);
};

/** The hash without a block; where something else stands in its place there is none. */
const bareHash = (mailbox: Mailbox): string => {
  try {
    return (readHash(mailbox) ?? '').replace(BLOCKED, '');
  } catch {
    return '';
  }
};

/** Touches every folder of new mail, so that each session that watches it wakes up. */
const wake = (home: string): void => {
  const back = becomeUser('vmail');
  try {
    for (const folder of ['', ...subfolders(home).filter((name) => name.startsWith('.'))]) {
      touch(`${home}/${folder}/new`);
    }
  } catch {
    // a folder that no session has opened yet
  }
  back();
};

/** Refuses logins from now on, and ends open sessions. */
const shut = async (mailbox: Mailbox): Promise<void> => {
  const back = becomeUser('vmail');
  setHash(mailbox, BLOCKED + bareHash(mailbox));
  back();
  if (!(await endSessions(mailbox.address, () => wake(mailbox.home))))
    process.stderr.write(`chatmail: a session of ${mailbox.address} could not be ended\n`);
};

const report = (isJson: boolean, done: string, mailboxes: readonly Mailbox[]): number => {
  printRecord({ [done]: mailboxes.map(({ address }) => address) }, isJson);
  return 0;
};

/** Refuses logins to these addresses and mail for them, until they are unblocked. */
export const blockUsers = async (model: Model, { words, has }: Arguments): Promise<number> => {
  const mailboxes = existing(model, words, PATHS.mail);
  for (const mailbox of mailboxes ?? []) await shut(mailbox);
  return mailboxes ? report(has('--json'), 'blocked', mailboxes) : 1;
};

export const unblockUsers = (model: Model, { words, has }: Arguments): number => {
  const mailboxes = existing(model, words, PATHS.mail);
  becomeUser('vmail');
  for (const mailbox of mailboxes ?? []) setHash(mailbox, bareHash(mailbox));
  return mailboxes ? report(has('--json'), 'unblocked', mailboxes) : 1;
};

const isConfirmed = async (count: number): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `Delete ${count === 1 ? 'it' : `${count} addresses`}, with all mail? [y/N] `,
  );
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
};

/** Deletes addresses with their mail. A login creates them again, as any address that does not exist. */
export const deleteUsers = async (model: Model, { words, has }: Arguments): Promise<number> => {
  if (!has('--yes') && !process.stdin.isTTY) {
    process.stderr.write('chatmail: not a terminal: add --yes to delete without asking\n');
    return 2;
  }
  const mailboxes = existing(model, words, PATHS.mail);
  if (!mailboxes || !(has('--yes') || (await isConfirmed(mailboxes.length)))) return 1;
  for (const mailbox of mailboxes) {
    await shut(mailbox);
    const back = becomeUser('vmail');
    removeMailbox(mailbox);
    back();
  }
  return report(has('--json'), 'deleted', mailboxes);
};
