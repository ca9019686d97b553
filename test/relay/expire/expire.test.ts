import {
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Settings, withDefaults } from '../../../src/config/schema.ts';
import { expire, expiryOf } from '../../../src/relay/expire/expire.ts';
import { DAY, type MailTree, mailTree, messageName, NOW, relayModel } from '../temp-mail.ts';

const run = (mail: MailTree, settings: Partial<Settings> = {}, isDryRun = false) =>
  expire(relayModel(settings), mail.root, { now: NOW, isDryRun });

/** Only what is not zero. */
const counted = (...args: Parameters<typeof run>) =>
  Object.fromEntries(Object.entries(run(...args)).filter(([, count]) => count > 0));

test.each([
  [20, 1000, false, undefined],
  [20.01, 1000, false, 'old'],
  [20.01, 1000, true, 'old'],
  [7.01, 200_001, true, 'large'],
  [7.01, 200_001, false, undefined],
  [7.01, 200_000, true, undefined],
  [7, 200_001, true, undefined],
  [21, 200_001, true, 'old'],
])('of %d days, %d bytes, seen %j: %j', (days, size, isSeen, expiry) =>
  expect(expiryOf({ time: NOW - days * DAY, size, isSeen }, withDefaults({}), NOW)).toBe(expiry),
);

test('messages go when they are old, or large and seen, from every folder', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 3);
  const [old, large, kept] = [messageName(21), messageName(8, 300_000, 'S'), messageName(8, 300_000, 'F')];
  for (const folder of ['', '.Sub/'])
    for (const part of ['cur', 'new'])
      for (const name of [old, large, kept]) mail.file(`alice@chat.example/${folder}${part}/${name}`);
  mail.file('alice@chat.example/maildirsize', '524288000S\n5000 5\n');
  expect(run(mail)).toEqual({
    mailboxes: 1,
    messages: 12,
    oldMessages: 4,
    largeMessages: 4,
    surplusMessages: 0,
    bytes: 4 * 301_000,
    inactiveAddresses: 0,
    emptyFolders: 0,
    problems: 0,
  });
  for (const folder of ['cur', 'new', '.Sub/cur', '.Sub/new'])
    expect(readdirSync(join(home, folder))).toEqual([kept]);
  expect(existsSync(join(home, 'maildirsize'))).toBe(false);
});

test('the settings say how old', () => {
  const mail = mailTree();
  mail.mailbox('alice', 3);
  mail.mailbox('bob', 5);
  mail.file(`alice@chat.example/new/${messageName(3)}`);
  mail.file(`alice@chat.example/cur/${messageName(2.5, 300_000, 'S')}`);
  const settings = { delete_mails_after: 2, delete_large_after: 1, delete_inactive_users_after: 4 };
  expect(counted(mail, settings)).toEqual({
    mailboxes: 2,
    messages: 2,
    oldMessages: 2,
    bytes: 301_000,
    inactiveAddresses: 1,
  });
});

test('nothing to do leaves everything, and the account of the quota, as it is', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 89);
  mail.file(`alice@chat.example/new/${messageName(1)}`);
  mail.file('alice@chat.example/maildirsize', '524288000S\n1000 1\n', 9);
  expect(counted(mail)).toEqual({ mailboxes: 1, messages: 1 });
  expect(statSync(join(home, 'maildirsize')).mtimeMs).toBe((NOW - 9 * DAY) * 1000);
});

test('a full mailbox is emptied of its oldest mail', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 1);
  const names = [9, 8, 7, 6].map((days) => messageName(days, 200_000));
  for (const name of names) mail.file(`alice@chat.example/cur/${name}`);
  expect(counted(mail, { max_mailbox_size: 1_000_000 })).toMatchObject({
    surplusMessages: 1,
    bytes: 200_000,
  });
  expect(readdirSync(join(home, 'cur')).sort()).toEqual(names.slice(1).sort());
});

test('addresses nobody logs in to go; blocked ones stay', () => {
  const mail = mailTree();
  mail.mailbox('idle', 91);
  mail.file(`idle@chat.example/new/${messageName(1)}`);
  mail.mailbox('busy', 90);
  mail.mailbox('blocked');
  mail.file('blocked@chat.example/password', '!{SHA512-CRYPT}$6$salt$hash', 91);
  expect(counted(mail)).toEqual({ mailboxes: 3, inactiveAddresses: 1 });
  expect(readdirSync(join(mail.root, 'chat.example')).sort()).toEqual([
    'blocked@chat.example',
    'busy@chat.example',
  ]);
});

test('an address whose removal was cut short is removed at last', () => {
  const mail = mailTree();
  mail.mailbox('alice', 1);
  mail.file('idle@chat.example.deleted/cur/message');
  mail.mailbox('a.deleted', 1);
  expect(counted(mail)).toEqual({ mailboxes: 3 });
  expect(readdirSync(join(mail.root, 'chat.example')).sort()).toEqual([
    'a.deleted@chat.example',
    'alice@chat.example',
  ]);
});

const touch = (path: string, daysAgo: number) => utimesSync(path, NOW - daysAgo * DAY, NOW - daysAgo * DAY);

test('folders that have been empty for long go, with what Dovecot keeps in them', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 1);
  for (const [folder, days] of [
    ['.Long', 21],
    ['.Lately', 19],
    ['.Odd', 21],
  ] as const) {
    for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(home, folder, part), { recursive: true });
    mail.file(`alice@chat.example/${folder}/dovecot-uidlist`);
    mail.file(`alice@chat.example/${folder}/maildirfolder`);
    if (folder === '.Odd') mail.file('alice@chat.example/.Odd/odd');
    for (const part of ['cur', 'new', 'tmp', '.']) touch(join(home, folder, part), days);
  }
  expect(counted(mail)).toEqual({ mailboxes: 1, emptyFolders: 1 });
  expect(readdirSync(home).sort()).toEqual(['.Lately', '.Odd', 'cur', 'new', 'password', 'tmp']);
  expect(readdirSync(join(home, '.Odd')).sort()).toEqual([
    'cur',
    'dovecot-uidlist',
    'maildirfolder',
    'new',
    'odd',
    'tmp',
  ]);
});

test('a mailbox without a password goes once it is empty and a day old', () => {
  const mail = mailTree();
  for (const [name, days] of [
    ['old', 2],
    ['fresh', 0],
    ['mail', 2],
  ] as const) {
    const home = mail.mailbox(name);
    mail.file(`${name}@chat.example/enforceE2EEincoming`);
    if (name === 'mail') mail.file(`${name}@chat.example/new/${messageName(1)}`);
    for (const part of ['cur', 'new', '.']) touch(join(home, part), days);
  }
  expect(counted(mail)).toEqual({ mailboxes: 3, messages: 1, emptyFolders: 1 });
  expect(readdirSync(join(mail.root, 'chat.example')).sort()).toEqual([
    'fresh@chat.example',
    'mail@chat.example',
  ]);
});

test('what is not a mailbox, and what a link leads to, is left alone', () => {
  const mail = mailTree();
  const other = mailTree();
  const [old] = [messageName(99)];
  const target = other.mailbox('target', 99);
  other.file(`target@chat.example/cur/${old}`);
  other.file('file', 'content');
  symlinkSync(target, join(mail.root, 'chat.example/linked@chat.example'));
  const home = mail.mailbox('alice', 1);
  symlinkSync(target, join(home, '.Sub'));
  symlinkSync(join(other.root, 'chat.example/file'), join(home, 'cur', old));
  mail.file(`other.example/cur/${old}`, '', 99);
  mail.file(`UPPER@chat.example/cur/${old}`, '', 99);
  mail.file('odd@chat.example', '', 99);
  mail.file(`alice@chat.example/backup/cur/${old}`, '', 99);
  const half = mail.mailbox('half', 1);
  mkdirSync(join(half, '.Half'));
  symlinkSync(join(target, 'cur'), join(half, '.Half/cur'));
  expect(counted(mail)).toEqual({ mailboxes: 2, messages: 1, oldMessages: 1, bytes: 1000 });
  expect(readFileSync(join(other.root, 'chat.example/file'), 'utf8')).toBe('content');
  expect(readdirSync(join(target, 'cur'))).toEqual([old]);
  expect(readdirSync(join(home, 'cur'))).toEqual([]);
  expect(existsSync(join(home, 'backup/cur', old))).toBe(true);
  expect(existsSync(join(mail.root, 'chat.example/UPPER@chat.example/cur', old))).toBe(true);
});

test('a dry run counts the same and changes nothing', () => {
  const mail = mailTree();
  mail.mailbox('alice', 1);
  mail.mailbox('idle', 99);
  for (const name of [messageName(21), messageName(8, 300_000, 'S'), messageName(5, 500_000)])
    mail.file(`alice@chat.example/cur/${name}`);
  const settings = { max_mailbox_size: 600_000 };
  const before = readdirSync(mail.root, { recursive: true });
  const dry = run(mail, settings, true);
  expect(readdirSync(mail.root, { recursive: true })).toEqual(before);
  expect(dry).toMatchObject({ oldMessages: 1, largeMessages: 1, surplusMessages: 1, inactiveAddresses: 1 });
  expect(run(mail, settings)).toEqual(dry);
});

test('a mailbox that cannot be looked at keeps nobody else from it', () => {
  const mail = mailTree();
  const link = join(mail.mailbox('bad'), 'password');
  symlinkSync('password', link);
  lutimesSync(link, NOW - 200 * DAY, NOW - 200 * DAY);
  mail.mailbox('good', 1);
  mail.file(`good@chat.example/cur/${messageName(21)}`);
  expect(counted(mail)).toMatchObject({ oldMessages: 1, problems: 1 });
});

test('a login of the future is of today', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', -700);
  mail.mailbox('bob', -1);
  expect(counted(mail, {}, true)).toEqual({ mailboxes: 2 });
  expect(counted(mail)).toEqual({ mailboxes: 2 });
  expect(statSync(join(home, 'password')).mtimeMs).toBe(NOW * 1000);
  expect(statSync(join(mail.home('bob'), 'password')).mtimeMs).toBe((NOW + DAY) * 1000);
});
