import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { isOpen, lastLogin, mailboxFinder, readHash, removeMailbox } from '../../../src/relay/lib/mailbox.ts';
import { DAY, mailTree, NOW, relayModel } from '../temp-mail.ts';

const finder = (domain: string) =>
  mailboxFinder(modelOf({ ...withDefaults({}), mail_domain: domain }), '/mail');

/** 198 characters */
const LONG = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(62)}.example`;

test.each([
  ['chat.example', 'alice@chat.example', '/mail/chat.example/alice@chat.example'],
  ['chat.example', 'ALICE@Chat.Example', '/mail/chat.example/alice@chat.example'],
  ['chat.example', 'a+b=c@chat.example', '/mail/chat.example/a+b=c@chat.example'],
  ['chat.example', '..@chat.example', '/mail/chat.example/..@chat.example'],
  ['192.0.2.1', 'alice@[192.0.2.1]', '/mail/192.0.2.1/alice@[192.0.2.1]'],
  ['192.0.2.1', 'alice@192.0.2.1', undefined],
  ['chat.example', 'alice@other.example', undefined],
  ['chat.example', 'alice@xchat.example', undefined],
  ['chat.example', 'alicechat.example', undefined],
  ['chat.example', '@chat.example', undefined],
  ['chat.example', '', undefined],
  ['chat.example', '../alice@chat.example', undefined],
  ['chat.example', 'a/b@chat.example', undefined],
  ['chat.example', 'a\0@chat.example', undefined],
  ['chat.example', 'a b@chat.example', undefined],
  ['chat.example', 'ä@chat.example', undefined],
  ['chat.example', `${'x'.repeat(64)}@chat.example`, `/mail/chat.example/${'x'.repeat(64)}@chat.example`],
  ['chat.example', `${'x'.repeat(65)}@chat.example`, undefined],
  [LONG, `${'x'.repeat(48)}@${LONG}`, `/mail/${LONG}/${'x'.repeat(48)}@${LONG}`],
  [LONG, `${'x'.repeat(49)}@${LONG}`, undefined],
])('on %s: %j is %j', (domain, address, home) => expect(finder(domain)(address)?.home).toBe(home));

test('no address leads out of the folder', () => {
  const find = finder('chat.example');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('.', '/', 'a', '@', '\\', '%') }), (name) => {
      const home = find(`${name}@chat.example`)?.home;
      if (home !== undefined) expect(resolve(home, '..')).toBe('/mail/chat.example');
    }),
  );
});

test('what an address is by its password file', () => {
  const mail = mailTree();
  const find = mailboxFinder(relayModel(), mail.root);
  mail.mailbox('alice', 5);
  mail.mailbox('leftover');
  mail.file('empty@chat.example/password', '\n');
  mail.file('blocked@chat.example/password', '!{PLAIN}x\n', 7);
  const look = (name: string) => {
    const mailbox = find(`${name}@chat.example`) ?? { address: '', name: '', home: '' };
    return [isOpen(mailbox), readHash(mailbox), lastLogin(mailbox)];
  };
  expect(look('alice')).toEqual([true, '{SHA512-CRYPT}$6$salt$hash', NOW - 5 * DAY]);
  expect(look('blocked')).toEqual([false, '!{PLAIN}x', NOW - 7 * DAY]);
  expect(look('empty')).toEqual([false, undefined, NOW]);
  expect(look('leftover')).toEqual([false, undefined, undefined]);
  expect(look('nobody')).toEqual([false, undefined, undefined]);
});

test('a mailbox that is removed is gone for logins before it is asked whether it is wanted', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 99);
  mail.file('alice@chat.example.deleted/cur/leftover');
  const login = (away: string) => {
    expect(existsSync(home)).toBe(false);
    utimesSync(join(away, 'password'), NOW, NOW);
    return lastLogin({ home: away }) !== NOW;
  };
  expect(removeMailbox({ home }, login)).toBe(false);
  expect(readdirSync(join(mail.root, 'chat.example'))).toEqual(['alice@chat.example']);
  expect(lastLogin({ home })).toBe(NOW);
  expect(removeMailbox({ home })).toBe(true);
  expect(readdirSync(join(mail.root, 'chat.example'))).toEqual([]);
});

test('who logs in while a mailbox is removed keeps what was made anew', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 99);
  mail.file('alice@chat.example/cur/message');
  const login = () => mkdirSync(join(home, 'cur'), { recursive: true }) !== undefined;
  expect(removeMailbox({ home }, login)).toBe(true);
  expect(readdirSync(home)).toEqual(['cur']);
});
