import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Model } from '../../model/model.ts';
import { PORTS } from '../../model/ports.ts';
import { PROBES, type Probe } from '../../model/service-facts.ts';
import { readModel } from '../lib/read-model.ts';
import { silentOf } from '../readiness/probes.ts';
import { converse, imap, smtp } from './conversation.ts';
import { encryptedLetter } from './letter.ts';
import { outside } from './outside.ts';
import { PROBES_FILE } from './paths.ts';
import { readJson } from './read-json.ts';
import { makeIfClosed, newTrialAddress } from './trial-address.ts';

/** Servers that go on with what they have where a new file is wrong: that would show at the next boot. */
const FILES = [
  ['nginx', '/usr/sbin/nginx', '-t', '-q', '-e', 'stderr', '-c', '/etc/chatmail/nginx.conf'],
  ['dovecot', '/usr/bin/doveconf', '-n', '-c', '/etc/chatmail/dovecot.conf'],
  ['unbound', '/usr/sbin/unbound-checkconf'],
] as const;

/** Words for what does not work. */
class Fault extends Error {}

const require = async (what: string, action: () => Promise<unknown>): Promise<void> => {
  try {
    await action();
  } catch (error) {
    throw new Fault(`${what}: ${(error as Error).message}`);
  }
};

/** The installed version knows best what of it must answer. */
const probes = (): readonly Probe[] => readJson<Probe[]>(PROBES_FILE) ?? PROBES;

const checkProbes = async (): Promise<void> => {
  const silent = await silentOf(probes());
  if (silent.length > 0) throw new Fault(`no answer from ${silent.map(({ name }) => name).join(', ')}`);
};

const checkFiles = async (): Promise<void> => {
  for (const [server, ...command] of FILES)
    if (!(await outside(command)).isOk) throw new Fault(`${server} does not accept its configuration`);
};

const checkConfigure = async (): Promise<void> => {
  if (!(await outside(['/usr/bin/chatmail', 'configure', '--yes'])).isOk)
    throw new Fault('`chatmail configure` fails');
};

/** Mail that was accepted is delivered within this time, or the next attempt begins anew. */
const DELIVERY_MS = 30_000;

const send = async (address: string, password: string, letter: string): Promise<void> => {
  const connection = await converse(PORTS.submissions.port);
  try {
    const say = (line: string, code: number) => smtp(connection, line, code);
    await say('', 220);
    await say('EHLO [127.0.0.1]', 250);
    await say(`AUTH PLAIN ${Buffer.from(`\0${address}\0${password}`).toString('base64')}`, 235);
    await say(`MAIL FROM:<${address}>`, 250);
    await say(`RCPT TO:<${address}>`, 250);
    await say('DATA', 354);
    await say(`${letter}.`, 250);
  } finally {
    connection.close();
  }
};

/** A first login, which makes the address, then a message from it to itself. */
const checkMail = async (model: Model, noteAddress: (address: string) => void): Promise<void> => {
  const { mailbox, password } = newTrialAddress(model);
  const { address } = mailbox;
  noteAddress(address);
  await makeIfClosed(mailbox, password);
  const inbox = await converse(PORTS.imaps.port);
  try {
    await require('a login is refused', () => imap(inbox, `LOGIN "${address}" "${password}"`));
    await require('INBOX cannot be opened', () => imap(inbox, 'SELECT INBOX'));
    const id = randomUUID();
    await require('a message is refused', () =>
      send(address, password, encryptedLetter(address, id, new Date())));
    const until = Date.now() + DELIVERY_MS;
    while (!/^\* SEARCH \d/m.test(await imap(inbox, `UID SEARCH HEADER Message-ID ${id}`))) {
      if (Date.now() > until) throw new Fault('a message does not arrive');
      await pause(200);
    }
  } finally {
    inbox.close();
  }
};

/**
 * What does not work, in words that hold no address; `undefined`: all does. `noteAddress` is told the address that is
 * about to be made, to remove it whatever happens.
 */
export const faultNow = async (
  isConfigurable: boolean,
  noteAddress: (address: string) => void,
): Promise<string | undefined> => {
  try {
    await checkProbes();
    await checkFiles();
    await checkMail(readModel(), noteAddress);
    if (isConfigurable) await checkConfigure();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};
