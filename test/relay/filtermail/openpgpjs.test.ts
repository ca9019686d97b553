import * as openpgp from 'openpgp';
import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf, encrypted, incoming, outgoing, pass, signed } from './mail.ts';

const judged = async (armour: string): Promise<readonly string[]> => [
  codeOf(await pass(outgoing(), encrypted({ armour }))),
  codeOf(await pass(await incoming(), signed(encrypted({ armour })))),
];
const letter = 'Content-Type: text/plain\r\n\r\nHello\r\n';
const long = Array.from({ length: 9000 }, (_, i) => `${i * 7919}`).join('\n');

describe('OpenPGP.js', () => {
  let encryptionKeys: openpgp.Key[];
  beforeAll(async () => {
    const generated = await Promise.all(
      ['curve25519', 'ecc'].map((type) =>
        openpgp.generateKey({
          type: type as 'ecc',
          userIDs: [{ email: 'bob@relay.test' }],
          format: 'object',
        }),
      ),
    );
    encryptionKeys = generated.map(({ publicKey }) => publicKey);
  });
  const armour = async (text: string, config: openpgp.PartialConfig = {}, rest = {}) =>
    openpgp.encrypt({
      message: await openpgp.createMessage({ text }),
      encryptionKeys,
      config: { aeadProtect: false, ...config },
      ...rest,
    });

  const CASES: readonly (readonly [string, string, openpgp.PartialConfig])[] = [
    ['a letter', letter, {}],
    ['a long letter', long, {}],
    ['an empty letter', '', {}],
  ];
  test.each(CASES)('encrypts %s', async (_, text, config) => {
    expect(await judged(String(await armour(text, config)))).toEqual(['ok', 'ok']);
  });
  test.each([false, true])('encrypts with a password, AEAD (SEIPD version 2): %s', async (aeadProtect) => {
    const text = await armour(long, { aeadProtect }, { passwords: 'secret', encryptionKeys: [] });
    expect(await judged(String(text))).toEqual(['ok', 'ok']);
  });
  test('names itself, on request', async () => {
    expect(await judged(String(await armour(letter, { showVersion: true })))).toEqual(['523', 'ok']);
  });
  test('signs only', async () => {
    const { privateKey } = await openpgp.generateKey({ userIDs: [{ email: 'a@b.cd' }], format: 'object' });
    const message = await openpgp.createMessage({ text: letter });
    const text = await openpgp.sign({ message, signingKeys: privateKey });
    expect(await judged(String(text))).toEqual(['523', '523']);
  });
});
