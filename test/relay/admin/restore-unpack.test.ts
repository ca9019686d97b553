import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { unpackBackup } from '../../../src/relay/admin/restore-unpack.ts';
import { TAR_END, tarHeader } from '../tar-writer.ts';

// The tests' own user unpacks.
vi.mock('../../../src/relay/lib/as-user.ts', () => ({ becomeUser: () => () => {} }));

const unpack = (names: Iterable<string>, type = '5') => {
  const staging = mkdtempSync(join(tmpdir(), 'restore-'));
  onTestFinished(() => rmSync(staging, { recursive: true }));
  async function* tar(): AsyncGenerator<Buffer> {
    for (const name of names) yield tarHeader({ name, type });
    yield TAR_END;
  }
  return unpackBackup(tar(), staging);
};

test('what is left out is named without what could command a terminal', async () => {
  const { leftOut } = await unpack(['home/vmail/mail/\x1b[31m\x9b1m/x', 'a\u0080b']);
  expect(leftOut.count).toBe(2);
  expect(leftOut.named.join('')).toMatch(/^[ -~]+$/);
});

test('a backup with a folder of mail for each of very many domains is refused', async () => {
  const domains = Array.from({ length: 2000 }, (_, i) => `home/vmail/mail/d${i}.example`);
  await expect(unpack(domains)).rejects.toThrow('the backup has mail of too many domains');
});
