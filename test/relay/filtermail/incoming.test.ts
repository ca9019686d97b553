import { expect, test } from 'vitest';
import { incomingMessage } from '../../../src/relay/filtermail/incoming.ts';
import { encrypted, incoming, mail, pass, signed } from './mail.ts';

const CLEARTEXT = '523 Encryption Needed: Invalid Unencrypted Mail';
const bob = 'bob@relay.test';
const carol = 'carol@relay.test';
const NONE = '554 5.7.1 No DKIM signature found';
const INVALID = '554 5.7.1 No valid DKIM signature found';
const invalid = signed(encrypted()).replace('dkim=pass', 'dkim=fail reason="signature verification failed"');

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
  const filter = incomingMessage({ domain: '192.0.2.1' }, async (key) => {
    keys.push(key);
    return key.includes('bob') ? '1' : undefined;
  });
  expect(await filter.recipient('Bob@[192.0.2.1]')).toBe(undefined);
  expect(await filter.recipient('eve@[192.0.2.1]')).toBe('550 5.1.1 <eve@[192.0.2.1]>: no such user');
  expect(await filter.recipient('postmaster')).toBe('550 5.1.1 <postmaster>: no such user');
  expect(keys).toEqual(
    ['bob@[192.0.2.1]', 'eve@[192.0.2.1]', 'postmaster'].map((a) => `shared/recipient/${a}`),
  );
});

test('doveauth being down is a fault', async () => {
  const filter = incomingMessage({ domain: 'relay.test' }, () => Promise.reject(new Error('down')));
  await expect(filter.recipient(bob)).rejects.toThrow('down');
});
