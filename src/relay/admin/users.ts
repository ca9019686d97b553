import { setImmediate } from 'node:timers/promises';
import { type Model, PATHS } from '../../model/model.ts';
import { becomeUser } from '../lib/as-user.ts';
import type { Arguments } from '../lib/command.ts';
import { exists } from '../lib/exists.ts';
import { BLOCKED, encryptionFile, lastLogin, type Mailbox, readHash } from '../lib/mailbox.ts';
import { bytesOf, mailboxesOf, readMaildir } from '../lib/maildir.ts';
import { printRecord } from '../lib/print-record.ts';
import { readRegular } from '../lib/read-regular.ts';
import { sizeText } from '../lib/size-text.ts';
import { existing } from './existing.ts';

/** What an operator may know of an address. */
interface User {
  readonly address: string;
  /** The day, `2026-01-31`. */
  readonly lastLogin: string;
  readonly blocked: boolean;
  /** It takes encrypted mail only. */
  readonly encryptedOnly: boolean;
  readonly messages: number;
  readonly bytes: number;
}

/** `undefined` where it does not exist, or not any more. */
const userOf = (mailbox: Mailbox): User | undefined => {
  const hash = readHash(mailbox);
  const login = lastLogin(mailbox);
  if (hash === undefined || login === undefined) return undefined;
  const messages = readMaildir(mailbox.home).flatMap((folder) => folder.messages);
  return {
    address: mailbox.address,
    lastLogin: new Date(login * 1000).toISOString().slice(0, 10),
    blocked: hash.startsWith(BLOCKED),
    encryptedOnly: exists(encryptionFile(mailbox)),
    messages: messages.length,
    bytes: bytesOf(messages),
  };
};

/** The same for a list: an address that cannot be read is reported, and the others are still shown. */
const userUnlessBroken = (mailbox: Mailbox): User | undefined => {
  try {
    return userOf(mailbox);
  } catch (error) {
    process.stderr.write(`chatmail: ${(error as Error).message}\n`);
    return undefined;
  }
};

const row = ({ address, lastLogin, blocked, messages, bytes }: User): string =>
  `${address.padEnd(32)}  last login ${lastLogin}  ${messages} ${messages === 1 ? 'message' : 'messages'}  ${sizeText(bytes)}${blocked ? '  blocked' : ''}\n`;

/** How many are read before they are printed, and before a closed pipe is noticed. */
const BATCH = 16_384;

/** Prints all addresses while it reads them; with `--json` as an array with an address on each line. */
export const listUsers = async (
  model: Model,
  { has }: Arguments,
  mailRoot: string = PATHS.mail,
): Promise<number> => {
  becomeUser('vmail');
  const isJson = has('--json');
  let text = isJson ? '[' : '';
  let separator = '';
  let isEmpty = true;
  for (const mailbox of mailboxesOf(model, mailRoot)) {
    const user = userUnlessBroken(mailbox);
    if (!user) continue;
    isEmpty = false;
    text += isJson ? separator + JSON.stringify(user) : row(user);
    separator = ',\n';
    if (text.length < BATCH) continue;
    process.stdout.write(text);
    text = '';
    await setImmediate();
  }
  process.stdout.write(`${text}${isJson ? ']\n' : ''}`);
  if (isEmpty && !isJson) process.stdout.write('there are no addresses yet\n');
  return 0;
};

/** How many devices get push notifications. */
const devicesOf = ({ home }: Mailbox): number => {
  try {
    const { devicetoken = [] } = JSON.parse(String(readRegular(`${home}/metadata.json`)));
    return Object.keys(devicetoken).length;
  } catch {
    return 0;
  }
};

/** Prints all that there is to know of one address. */
export const showUser = (model: Model, { words, has }: Arguments, mailRoot: string = PATHS.mail): number => {
  becomeUser('vmail');
  const [mailbox] = existing(model, words, mailRoot) ?? [];
  const user = mailbox && userOf(mailbox);
  if (!user) return 1;
  const all = { ...user, limit: model.settings.max_mailbox_size, devices: devicesOf(mailbox) };
  const { bytes, limit, ...rest } = all;
  if (has('--json')) printRecord(all, true);
  else printRecord({ ...rest, stored: `${sizeText(bytes)} of ${sizeText(limit)}` }, false);
  return 0;
};
