import { expect, test } from 'vitest';
import { incomingMessage } from '../../../src/relay/filtermail/incoming.ts';
import { encrypted, incoming, KEYS, mail, pass, signed } from './mail.ts';

const CLEARTEXT = '523 Encryption Needed: Invalid Unencrypted Mail';
const bob = 'bob@relay.test';
const carol = 'carol@relay.test';
const NONE = '554 5.7.1 No DKIM signature found';
const INVALID = '554 5.7.1 No valid DKIM signature found';
const invalid = signed(encrypted()).replace('[...]', 'changed');
const UNKNOWN = '451 4.7.5 DKIM key not available, try again later';
const noAnswer = { ask: async () => undefined, askAnew: async () => undefined };

const OWN = '554 5.7.1 Log in to send from this address';
const bounce = (from: string): string =>
  mail(
    '--b0\n\nNo such user\n--b0--\n',
    ['From', from],
    ['Auto-Submitted', 'auto-replied'],
    ['Content-Type', 'multipart/report; boundary=b0'],
  );
const long = (kB: number) => Array.from({ length: kB }, (_, i) => [`X-${i}`, 'y'.repeat(900)] as const);
const forged = 'Authentication-Results: relay.test; dkim=pass header.d=example.org header.i=@example.org\r\n';

// biome-ignore format: one line per case
const REPLIES: readonly (readonly [string, string, Parameters<typeof incoming>[0], string | undefined])[] = [
  ['cleartext', signed(mail('Hi')), {}, CLEARTEXT],
  ['cleartext where it is welcome', signed(mail('Hi')), { answers: { [bob]: '0' } }, undefined],
  ['cleartext where all welcome it', signed(mail('Hi')), { answers: { [bob]: '0', [carol]: '0' } }, undefined],
  ['cleartext where one does not welcome it', signed(mail('Hi')), { answers: { [bob]: '0', [carol]: '1' } }, CLEARTEXT],
  ['cleartext where another does not', signed(mail('Hi')), { answers: { [bob]: '1', [carol]: '0' } }, CLEARTEXT],
  ['cleartext with no signature', mail('Hi'), { answers: { [bob]: '0' } }, NONE],
  ['no signature', encrypted(), {}, NONE],
  ['a signature that is not valid', invalid, {}, INVALID],
  ['a signature of another domain', signed(encrypted(), 'example.net'), {}, INVALID],
  ['a signature of a parent', signed(encrypted({}, ['From', 'a@b.example.org'])), {}, INVALID],
  ['a signature of a child', signed(encrypted(), 'mail.example.org'), {}, INVALID],
  ['a signature in another case', signed(encrypted(), 'Example.ORG'), {}, undefined],
  ['no From', signed(encrypted({}, ['From', ''])), {}, '554 5.7.1 Invalid FROM'],
  ['an address literal without signature', encrypted({}, ['From', 'a@[192.0.2.1]']), {}, undefined],
  ['an address literal of IPv6', encrypted({}, ['From', 'a@[IPv6:2001:db8::1]']), {}, undefined],
  ['a literal that is no address', encrypted({}, ['From', 'a@[example.org]']), {}, '554 5.7.1 Invalid FROM'],
  ['a literal of another spelling', encrypted({}, ['From', 'a@[192.0.2.01]']), {}, '554 5.7.1 Invalid FROM'],
  ['the own literal of an IP-only relay', encrypted({}, ['From', 'a@[192.0.2.1]']), { addressDomain: '[192.0.2.1]' }, OWN],
  ['another literal, to an IP-only relay', encrypted({}, ['From', 'a@[192.0.2.2]']), { addressDomain: '[192.0.2.1]' }, undefined],
  ['a bounce in clear', signed(bounce('mailer-daemon@example.org')), {}, undefined],
  ['a bounce in clear, unsigned', bounce('mailer-daemon@example.org'), {}, NONE],
  ['a bounce in clear from an address literal', bounce('mailer-daemon@[192.0.2.1]'), {}, CLEARTEXT],
  ['a bounce in clear, and no answer from DNS', signed(bounce('mailer-daemon@example.org')), { keys: noAnswer }, UNKNOWN],
  ['a signature whose key is not to be had', signed(encrypted()), { keys: noAnswer }, UNKNOWN],
  ['a signature of another domain, and no answer from DNS', signed(encrypted(), 'example.net'), { keys: noAnswer }, UNKNOWN],
  ['cleartext, and no answer from DNS', signed(mail('Hi')), { keys: noAnswer }, CLEARTEXT],
  ['no key', signed(encrypted()), { keys: { ask: async () => [], askAnew: async () => [] } }, INVALID],
  ['an old key, and a new one when it is asked for again', signed(encrypted()), { keys: { ...KEYS, ask: async () => ['v=DKIM1; p='] } }, undefined],
  ['a header of 80 kB', signed(encrypted({}, ['X-A', 'y'.repeat(80_000)])), {}, undefined],
  ['a header of 200 kB', signed(encrypted({}, ...long(200))), {}, undefined],
  ['a header of 300 kB', signed(encrypted({}, ...long(300))), {}, '552 5.3.4 Message header is too large'],
  ['a forged result', forged + encrypted(), {}, NONE],
];

test.each(REPLIES)('%s', async (_, message, envelope, refusal) => {
  const verdict = await pass(await incoming(envelope), message);
  expect('refusal' in verdict ? verdict.refusal : undefined).toBe(refusal);
});

// biome-ignore format: one line per case
const SENDERS: readonly (readonly [string, string, readonly unknown[]])[] = [
  ['the From', 'Alice@example.org', []],
  ['the null sender', '', []],
  ['anybody else', 'bounces+123@example.net', [{ sender: '' }]],
];

test.each(SENDERS)('a MAIL FROM that is %s', async (_, sender, edits) => {
  expect(await pass(await incoming({ sender }), signed(encrypted()))).toEqual({ edits });
});

test('recipients are asked for in lower case, an unknown one is refused', async () => {
  const keys: string[] = [];
  const filter = incomingMessage(
    { addressDomain: '[192.0.2.1]' },
    async (key) => {
      keys.push(key);
      return key.includes('bob') ? '1' : undefined;
    },
    KEYS,
  );
  expect(await filter.recipient('Bob@[192.0.2.1]')).toBe(undefined);
  expect(await filter.recipient('eve@[192.0.2.1]')).toBe('550 5.1.1 <eve@[192.0.2.1]>: no such user');
  expect(await filter.recipient('postmaster')).toBe('550 5.1.1 <postmaster>: no such user');
  expect(keys).toEqual(
    ['bob@[192.0.2.1]', 'eve@[192.0.2.1]', 'postmaster'].map((a) => `shared/recipient/${a}`),
  );
});

// biome-ignore format: one line per case
const BY_HTTP: readonly (readonly [string, string, readonly string[], string | undefined])[] = [
  ['one that exists', encrypted(), [bob], undefined],
  ['one that does not', encrypted(), ['eve@relay.test'], '550 5.1.1 <eve@relay.test>: no such user'],
  ['one of another domain', encrypted(), ['eve@[192.0.2.1]'], '550 5.1.1 <eve@[192.0.2.1]>: no such user'],
  ['one that does not and one that does', encrypted(), ['eve@relay.test', bob], undefined],
  ['one that does not and one that welcomes cleartext', mail('Hi'), ['eve@relay.test', carol], undefined],
  ['one that does not welcome cleartext, and others', mail('Hi'), [carol, 'eve@relay.test', bob], CLEARTEXT],
];

test.each(BY_HTTP)('by HTTP nobody is refused alone: %s', async (_, message, to, refusal) => {
  const filter = incomingMessage(
    { addressDomain: 'relay.test' },
    async (key) => (key.includes('bob') ? '1' : key.includes('carol') ? '0' : undefined),
    KEYS,
  );
  filter.mail('alice@example.org', new Map([['daemon_name', 'mxdeliv']]));
  for (const address of to) expect(await filter.recipient(address)).toBe(undefined);
  const verdict = await pass(filter, signed(message));
  expect('refusal' in verdict ? verdict.refusal : undefined).toBe(refusal);
});

test('doveauth being down is a fault', async () => {
  const filter = incomingMessage(
    { addressDomain: 'relay.test' },
    () => Promise.reject(new Error('down')),
    KEYS,
  );
  await expect(filter.recipient(bob)).rejects.toThrow('down');
});
