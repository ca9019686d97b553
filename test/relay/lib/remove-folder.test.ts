import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { removeFolder } from '../../../src/relay/lib/remove-folder.ts';
import { mailTree } from '../temp-mail.ts';

test('an empty folder goes, with what Dovecot and our services keep in it', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice');
  for (const name of 'dovecot.index.log,dovecot-uidlist,maildirsize,maildirfolder,subscriptions'.split(','))
    mail.file(`alice@chat.example/${name}`);
  for (const name of ['enforceE2EEincoming', 'metadata.json', 'password.0123'])
    mail.file(`alice@chat.example/${name}`);
  rmdirSync(`${home}/tmp`);
  expect(removeFolder(home)).toBe(true);
  expect(existsSync(home)).toBe(false);
});

test.each(['cur/message', 'new/message', 'tmp/message', 'password', 'odd', '.Sub/cur/message'])(
  'a folder with %s stays whole',
  (name) => {
    const mail = mailTree();
    const home = mail.mailbox('alice');
    mail.file(`alice@chat.example/${name}`, 'content');
    expect(removeFolder(home)).toBe(false);
    expect(existsSync(`${home}/${name}`)).toBe(true);
    expect(readdirSync(home)).toEqual(expect.arrayContaining(['cur', 'new', 'tmp']));
  },
);

test('a folder within one of these is not known', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice');
  mkdirSync(`${home}/dovecot.sieve`);
  expect(removeFolder(home)).toBe(false);
  expect(readdirSync(home).sort()).toEqual(['cur', 'dovecot.sieve', 'new', 'tmp']);
});
