import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lookForFolders } from '../../../src/relay/doveauth/folder-keeper.ts';
import { DOMAIN, mailTree, messageName } from '../temp-mail.ts';

/** As many folders as these mailboxes may have. */
const MOST = 5;

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A mailbox with as many folders, as Dovecot makes them. */
const filled = (count: number) => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 0);
  for (let i = 0; i < count; i++) {
    for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(home, `.f${i}`, part), { recursive: true });
    mail.file(`alice@${DOMAIN}/.f${i}/maildirfolder`);
    mail.file(`alice@${DOMAIN}/.f${i}/dovecot.index.log`);
  }
  return {
    ...mail,
    home,
    look: () => lookForFolders(join(mail.root, DOMAIN), MOST),
    folders: () => readdirSync(home).filter((name) => name.startsWith('.')),
  };
};

test('as many folders as a mailbox may have stay', async () => {
  const { look, folders } = filled(MOST);
  await look();
  expect([folders().length, lines]).toEqual([MOST, []]);
});

test('of too many the latest go, and their messages are in the INBOX', async () => {
  const { look, folders, file, home } = filled(MOST + 20);
  file(`alice@${DOMAIN}/.f${MOST + 3}/cur/${messageName(1, 10, 'S', 'seen')}`, 'seen');
  file(`alice@${DOMAIN}/.f${MOST + 4}/new/${messageName(1, 10, '', 'new')}`, 'new');
  file(`alice@${DOMAIN}/.f3/cur/${messageName(1, 10, 'S', 'kept')}`, 'kept');
  await look();
  const wanted = Array.from({ length: MOST }, (_, i) => `.f${i}`);
  expect(folders().sort()).toEqual(wanted.sort());
  expect(readdirSync(join(home, 'cur'))).toEqual([messageName(1, 10, 'S', 'seen')]);
  expect(readdirSync(join(home, 'new'))).toEqual([messageName(1, 10, '', 'new')]);
  expect(lines).toEqual(['<5>mailbox with too many folders: 20 removed\n']);
});

test('what is not a folder of a mailbox is left alone, and trouble with one is not the end of others', async () => {
  const { look, folders, root, home, file } = filled(MOST + 1);
  file(`alice@${DOMAIN}/.f${MOST}/unknown`);
  for (let i = 0; i < 3; i++) symlinkSync('/etc', join(home, `.link${i}`));
  file('a@file');
  symlinkSync('/nowhere', join(root, DOMAIN, 'a@link'));
  await look();
  expect([folders().length, lines]).toEqual([MOST + 4, []]);
});
