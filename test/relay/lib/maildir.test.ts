import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMaildir, removeMessages, surplus } from '../../../src/relay/lib/maildir.ts';
import { DAY, mailTree, messageName, NOW } from '../temp-mail.ts';

test.each([
  ['what Dovecot calls it', `${NOW - 5}.M1P2.host,S=1234,W=1250:2,FS`, NOW - 5, 1234, true],
  ['not seen', `${NOW - 5}.M1P2.host,S=1234,W=1250:2,`, NOW - 5, 1234, false],
  ['without flags', `${NOW - 5}.M1P2.host,S=1234`, NOW - 5, 1234, false],
  ['with a keyword', `${NOW - 5}.M1P2.host,S=1234:2,Sab`, NOW - 5, 1234, true],
  ['without a size', `${NOW - 5}.M1P2.host:2,S`, NOW - 5, 7, true],
  ['without a time', 'message,S=1234:2,S', NOW - 3 * DAY, 1234, true],
  ['without either', 'message', NOW - 3 * DAY, 7, false],
  ['from the future', `${NOW + 2 * DAY}.M1P2.host,S=1234:2,`, NOW - 3 * DAY, 1234, false],
])('a message %s', (_, name, time, size, isSeen) => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 0);
  mail.file(`alice@chat.example/cur/${name}`, 'content', 3);
  expect(readMaildir(home, NOW)).toEqual([
    { path: home, messages: [{ path: join(home, 'cur', name), time, size, isSeen }] },
  ]);
});

test('folders are those of Maildir++; links, dot files and what is in tmp are no messages', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 0);
  const name = messageName(1);
  for (const folder of ['', '.Sub/', '.Sub.Deep/', 'other/']) {
    for (const part of ['cur', 'new', 'tmp'])
      mail.file(`alice@chat.example/${folder}${part}/${name}.${part}`, '');
  }
  mail.file('alice@chat.example/new/.nudge');
  mkdirSync(join(home, 'cur/folder'));
  symlinkSync('/etc/passwd', join(home, 'cur/link'));
  symlinkSync(mail.mailbox('bob', 0), join(home, '.Link'));
  mkdirSync(join(home, '.Half'));
  symlinkSync(join(home, 'cur'), join(home, '.Half/cur'));
  const found = readMaildir(home, NOW).map(({ path, messages }) => [
    path.slice(home.length),
    messages.length,
  ]);
  expect(found.sort()).toEqual([
    ['', 2],
    ['/.Half', 0],
    ['/.Sub', 2],
    ['/.Sub.Deep', 2],
  ]);
});

test('a mailbox is what is in it, whatever is missing', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 0);
  for (const part of ['cur', 'new', 'tmp']) rmSync(join(home, part), { recursive: true, force: true });
  for (const part of ['cur', 'new', '.Sub/cur'])
    mail.file(`alice@chat.example/${part}/${messageName(1)}`, '');
  const counts = () => readMaildir(home, NOW).map(({ messages }) => messages.length);
  expect(counts()).toEqual([2, 1]);
  // Another one's folder in place of its own is none of it, though there are three folders again.
  rmSync(join(home, 'cur'), { recursive: true });
  symlinkSync(join(mail.mailbox('bob', 1), 'cur'), join(home, 'cur'));
  mail.file(`alice@chat.example/tmp/${messageName(1)}`, '');
  expect(counts()).toEqual([1, 1]);
});

const messages = (...list: [daysAgo: number, size: number][]) =>
  list.map(([daysAgo, size], i) => ({
    path: String(i),
    time: NOW - daysAgo * DAY,
    size,
    isSeen: false,
  }));

test.each([
  ['not full', messages([9, 37], [8, 37]), []],
  ['full', messages([9, 3], [8, 36], [7, 36]), ['0', '1']],
  ['just full', messages([2, 5], [9, 5], [3, 65]), ['1']],
  ['overfull', messages([2, 50], [9, 50], [3, 50], [4, 50]), ['1', '3', '2']],
  ['full of the last 24 hours', messages([0.9, 60], [0.5, 60]), []],
  ['full, and one message is old', messages([0.9, 60], [1.1, 1], [0.5, 60]), ['1']],
  ['full of small messages', messages([9, 1], [8, 1], [7, 1], [6, 1], [5, 1], [4, 1]), ['0']],
])('what has to go of a mailbox for 100 bytes and 8 messages that is %s', (_, given, gone) =>
  expect(surplus(given, { bytes: 100, messages: 8 }, NOW).map(({ path }) => path)).toEqual(gone),
);

test('what is left is at most 70 %, or all of the last 24 hours, and the oldest go', () => {
  const message = fc.record({ time: fc.integer({ min: NOW - 9 * DAY, max: NOW }), size: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(message), (list) => {
      const all = list.map((each, i) => ({ ...each, path: String(i), isSeen: true }));
      const gone = surplus(all, { bytes: 500, messages: 10 }, NOW);
      const rest = all.filter((each) => !gone.includes(each));
      const used = rest.reduce((sum, { size }) => sum + size, 0);
      if (gone.length > 0)
        expect((used <= 350 && rest.length <= 7) || rest.every(({ time }) => time > NOW - DAY)).toBe(true);
      for (const { time } of rest)
        expect(Math.max(...gone.map((each) => each.time))).toBeLessThanOrEqual(time);
      expect(gone.every(({ time }) => time <= NOW - DAY)).toBe(true);
    }),
  );
});

test('what is removed are files, and of links not what they lead to, and Dovecot counts anew', () => {
  const mail = mailTree();
  const home = mail.mailbox('alice', 0);
  mail.file('alice@chat.example/maildirsize', '100S\n5 1\n');
  mail.file('alice@chat.example/cur/message');
  mkdirSync(join(home, 'cur/folder'));
  mail.file('alice@chat.example/target');
  symlinkSync('../target', join(home, 'cur/link'));
  const named = (name: string) => ({ path: join(home, 'cur', name), time: 0, size: 0, isSeen: false });
  const given = ['folder', 'gone'].map(named);
  expect(removeMessages(home, given)).toEqual([]);
  expect(existsSync(join(home, 'maildirsize'))).toBe(true);
  const files = ['message', 'link'].map(named);
  expect(removeMessages(home, [...given, ...files])).toEqual(files);
  expect(readdirSync(join(home, 'cur'))).toEqual(['folder']);
  expect(existsSync(join(home, 'target'))).toBe(true);
  expect(existsSync(join(home, 'maildirsize'))).toBe(false);
});
