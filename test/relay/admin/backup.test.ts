import { describe, expect, test } from 'vitest';
import { backupCommand } from '../../../src/relay/admin/backup.ts';
import { domainToRestore } from '../../../src/relay/admin/restore-check.ts';
import { unpacking } from '../../../src/relay/admin/restore-input.ts';

test('a backup without mail leaves out what is mail, and nothing else', () => {
  const isIn = (pattern: string) =>
    backupCommand(['home/vmail/mail'], true).includes(`--exclude=home/vmail/mail/*/*/${pattern}`);
  expect(['cur', 'new', 'dovecot*', '.*'].map(isIn)).toEqual([true, true, true, true]);
  expect(['password', 'metadata.json', 'enforceE2EEincoming'].map(isIn)).toEqual([false, false, false]);
  expect(backupCommand(['home/vmail/mail'], false).join(' ')).not.toContain('/*/*/');
});

test.each<[string, number[], string | undefined]>([
  ['gzip', [0x1f, 0x8b, 8], 'gzip'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  ['xz', [0xfd, 0x37, 0x7a, 0x58], 'xz'],
  ['a plain tar', [0x68, 0x6f, 0x6d], undefined],
  ['nothing', [], undefined],
])('%s is read', (_, start, program) => expect(unpacking(Buffer.from(start))).toBe(program));

describe('the domain that is restored', () => {
  test.each<[string, string[], string | undefined, boolean, string]>([
    ["is the relay's own", ['a.example'], 'a.example', true, 'a.example'],
    ["is the relay's own among several", ['b.example', 'a.example'], 'a.example', true, 'a.example'],
    ['is that of the backup where nobody chose another', ['a.example'], '192.0.2.1', false, 'a.example'],
    ['is that of the backup where there is none', ['a.example'], undefined, false, 'a.example'],
  ])('%s', (_, domains, current, isChosen, domain) =>
    expect(domainToRestore(domains, current, isChosen)).toBe(domain),
  );
  test.each<[string, string[], string | undefined, boolean, RegExp]>([
    [
      'the relay has another name by choice',
      ['a.example'],
      'b.example',
      true,
      /is of a\.example and this relay is b\.example: set/,
    ],
    [
      'there are several and none is ours',
      ['a.example', 'b.example'],
      '192.0.2.1',
      false,
      /a\.example, b\.example/,
    ],
    ['there is none', [], 'a.example', true, /no mail folder/],
  ])('is none where %s', (_, domains, current, isChosen, message) =>
    expect(() => domainToRestore(domains, current, isChosen)).toThrow(message),
  );
});
