import { expect, test } from 'vitest';
import { outgoingMessage } from '../../../src/relay/filtermail/outgoing.ts';
import { encrypted, mail, outgoing, pass } from './mail.ts';

type Field = readonly [string, string];
const subject: Field = ['Subject', 'Autocrypt Setup Message'];
const type: Field = ['Content-Type', 'multipart/mixed; boundary=b'];
const setup = [subject, type];
const alice = 'alice@example.org';
const LONG = '554 5.6.0 A line is longer than 998 bytes';
const CLEARTEXT = '523 Encryption Needed: Invalid Unencrypted Mail';

// biome-ignore format: one line per case
const REPLIES: readonly (readonly [string, string, Parameters<typeof outgoing>[0], string | undefined])[] = [
  ['cleartext', mail('Hi'), {}, CLEARTEXT],
  ['a forged From', mail('Hi', ['From', 'mallory@example.org']), {}, '500 Invalid FROM <mallory@example.org> for <alice@example.org>'],
  ['no From', mail('Hi', ['From', '']), {}, '500 Invalid FROM <> for <alice@example.org>'],
  ['a null sender', encrypted(), { sender: '' }, '500 Invalid FROM <alice@example.org> for <>'],
  ['what would break the reply', mail('Hi', ['From', '"a\xe9%"@example.org']), {}, '500 Invalid FROM <"a?%"@example.org> for <alice@example.org>'],
  ['a From in another case', encrypted({}, ['From', 'Alice@Example.org']), {}, undefined],
  ['a setup message to oneself', mail('Hi', ...setup), { to: ['Alice@example.org'] }, undefined],
  ['a setup message to somebody else', mail('Hi', ...setup), {}, CLEARTEXT],
  ['a setup message to oneself and another', mail('Hi', ...setup), { to: [alice, 'bob@relay.test'] }, CLEARTEXT],
  ['a setup message to oneself last', mail('Hi', ...setup), { to: ['bob@relay.test', alice] }, CLEARTEXT],
  ['a setup message of another type', mail('Hi', subject, ['Content-Type', 'text/plain']), { to: [alice] }, CLEARTEXT],
  ['References of 1,500 bytes on one line', encrypted({}, ['References', '<a@b> '.repeat(250)]), {}, LONG],
  ['To with 60 recipients on one line', encrypted({}, ['To', Array.from({ length: 60 }, (_, i) => `user-${i}@relay.example`).join(', ')]), {}, LONG],
  ['a field of many lines', encrypted({}, ['References', '<a@b>\n '.repeat(250)]), {}, undefined],
  ['a header line of 998 bytes', encrypted({}, ['X-A', 'x'.repeat(993)]), {}, undefined],
  ['a header line of 999 bytes', encrypted({}, ['X-A', 'x'.repeat(994)]), {}, LONG],
  ['armour that is not wrapped', mail('x'.repeat(5000)), {}, LONG],
  ['another subject', mail('Hi', type, ['Subject', 'Hello']), { to: [alice] }, CLEARTEXT],
  ['two subjects', mail('Hi', subject, ...setup), { to: [alice] }, CLEARTEXT],
];

test.each(REPLIES)('%s', async (_, message, envelope, refusal) => {
  const verdict = await pass(outgoing(envelope), message);
  expect('refusal' in verdict ? verdict.refusal : undefined).toBe(refusal);
});

const edit = (header: string, index: number, value = '') => ({ header, index, value });

// biome-ignore format: one line per case
const CLEANING: readonly (readonly [string, readonly Field[], readonly unknown[]])[] = [
  ['nothing to clean', [], []],
  ['a subject', [['Subject', 'Lunch']], [edit('Subject', 1, '[...]')]],
  ['two subjects', [['Subject', '[...]'], ['subject', 'Lunch']], [edit('Subject', 2)]],
  ['an encoded subject', [['Subject', '=?utf-8?q?Lunch?=']], [edit('Subject', 1, '[...]')]],
  ['traces of the device', [['X-Originating-IP', '[192.0.2.1]'], ['x-mailer', 'M'], ['User-Agent', 'U']], [edit('X-Originating-IP', 1), edit('X-Mailer', 1), edit('User-Agent', 1)]],
  ['several of one name, from the last', [['Received', 'a'], ['RECEIVED', 'b'], ['Received', 'c']], [edit('Received', 3), edit('Received', 2), edit('Received', 1)]],
  ["Delta Chat's own fields", [['Chat-Version', '1.0'], ['Autocrypt', 'addr=a@b'], ['Chat-Group-ID', 'x'], ['DKIM-Signature', 'v=1']], []],
];

test.each(CLEANING)('cleaning: %s', async (_, fields, edits) => {
  expect(await pass(outgoing(), encrypted({}, ...fields))).toEqual({ edits });
});

test('no subject is added', async () => {
  expect(await pass(outgoing(), encrypted().replace(/^Subject: .*\r\n/m, ''))).toEqual({ edits: [] });
});

test('a flood of fields is refused', async () => {
  const fields = Array.from({ length: 101 }, (): Field => ['X-Mailer', 'a']);
  expect(await pass(outgoing(), encrypted({}, ...fields))).toEqual({
    refusal: '554 5.6.0 Too many header fields',
  });
});

test('too much mail is refused at MAIL, by login', async () => {
  const asked: string[] = [];
  const filter = outgoingMessage((sender) => asked.push(sender) < 2);
  const mailFrom = (login: string) => filter.mail(alice, new Map([['auth_authen', login]]));
  expect(await mailFrom('Alice@example.org')).toBe(undefined);
  expect(await mailFrom(alice)).toBe('450 4.7.1: Too much mail from alice@example.org');
  expect(asked).toEqual([alice, alice]);
});

test('who is blocked meanwhile sends no more, by login', async () => {
  const filter = outgoingMessage(
    () => true,
    undefined,
    async (login) => login === alice,
  );
  const mailFrom = (login: string) => filter.mail('else@example.org', new Map([['auth_authen', login]]));
  expect(await mailFrom('Alice@example.org')).toBe(undefined);
  expect(await mailFrom('bob@example.org')).toBe('554 5.7.1 Blocked');
});

test('it is known how others are reached before a message is taken, and nobody is asked for one that is refused', async () => {
  const asked: (readonly string[])[] = [];
  let settle = () => {};
  const through = (message: string) => {
    const filter = outgoingMessage(
      () => true,
      (domains) => {
        asked.push(domains);
        return new Promise<void>((resolve) => {
          settle = resolve;
        });
      },
    );
    filter.mail(alice, new Map());
    for (const to of ['a@Relay.test', 'b@relay.test', 'c@[192.0.2.1]']) filter.recipient(to);
    return pass(filter, message);
  };
  expect(await through(mail('Hi'))).toEqual({ refusal: CLEARTEXT });
  expect(asked).toEqual([]);
  const verdict = through(encrypted());
  expect(asked).toEqual([['relay.test', '[192.0.2.1]']]);
  expect(await Promise.race([verdict, 'waiting'])).toBe('waiting');
  settle();
  expect(await verdict).toEqual({ edits: [] });
});
