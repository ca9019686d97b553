import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, encrypted, incoming, outgoing, pass, signed } from '../relay/filtermail/mail.ts';

const judged = async (armour: string): Promise<readonly string[]> => [
  codeOf(await pass(outgoing(), encrypted({ armour }))),
  codeOf(await pass(await incoming(), signed(encrypted({ armour })))),
];
const letter = 'Content-Type: text/plain\r\n\r\nHello\r\n';
const long = Array.from({ length: 9000 }, (_, i) => `${i * 7919}`).join('\n');

describe('GnuPG', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'gpg-'));
    gpg('', '--passphrase', '', '--quick-gen-key', 'bob@relay.test', 'default', 'default', '0');
  });
  afterAll(() => {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    rmSync(home, { recursive: true });
  });
  const gpg = (input: string, ...args: readonly string[]) =>
    execFileSync(
      'gpg',
      [
        '--homedir',
        home,
        '--batch',
        '--quiet',
        '--armor',
        '--trust-model',
        'always',
        '--pinentry-mode',
        'loopback',
        ...args,
      ],
      { input, encoding: 'latin1', maxBuffer: 1 << 26, stdio: ['pipe', 'pipe', 'ignore'] },
    );
  const to = ['-r', 'bob@relay.test', '--encrypt'];

  // biome-ignore format: one line per case
  const CASES: readonly (readonly [string, string, readonly string[], string, string])[] = [
    ['encrypts a letter', letter, to, 'ok', 'ok'],
    ['encrypts a long letter, with partial lengths', long.repeat(20), to, 'ok', 'ok'],
    ['encrypts without compression', long, ['-z', '0', ...to], 'ok', 'ok'],
    ['encrypts with a password', letter, ['--passphrase', 'secret', '--symmetric'], 'ok', 'ok'],
    ['encrypts to two keys and a password', letter, ['--passphrase', 'x', '--symmetric', '-r', 'bob@relay.test', ...to], 'ok', 'ok'],
    ['names itself, on request', letter, ['--emit-version', ...to], '523', 'ok'],
    ['comments', letter, ['--comment', 'Hello', ...to], '523', '523'],
    ['signs only', letter, ['--passphrase', '', '--sign'], '523', '523'],
    ['stores only', letter, ['--store'], '523', '523'],
  ];
  test.each(CASES)('%s', async (_, text, args, ours, theirs) => {
    expect(await judged(gpg(text, ...args))).toEqual([ours, theirs]);
  });
});
