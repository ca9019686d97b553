import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ensureDkimKey } from '../../../src/relay/configure/dkim-key.ts';

const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });

test('a DKIM key that is one is left as it is', () => {
  const path = join(temporaryFolder(), 'key');
  writeFileSync(path, openssl('genrsa', '2048'));
  expect(() => ensureDkimKey(path)).not.toThrow();
});

test.each<[string, (path: string) => unknown]>([
  ['an empty file', (path) => writeFileSync(path, '')],
  ['half of it', (path) => writeFileSync(path, openssl('genrsa', '2048').subarray(0, 500))],
  ['garbage', (path) => writeFileSync(path, Buffer.alloc(1000, 0xa5))],
  ['a key of another kind', (path) => writeFileSync(path, openssl('genpkey', '-algorithm', 'ed25519'))],
  ['a folder', (path) => mkdirSync(path)],
  ['a link to nowhere', (path) => symlinkSync('nowhere', path)],
])('%s is named, and not replaced', (_, make) => {
  const path = join(temporaryFolder(), 'key');
  make(path);
  expect(() => ensureDkimKey(path)).toThrow(path);
});
