import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { covers, readCertificate } from '../../../src/relay/certificate/live-certificate.ts';

const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });

const isFor = (host: string, certificate: string, key: string): boolean =>
  covers(readCertificate(certificate, key), [host]);

test('a certificate without its own key is none', () => {
  const folder = temporaryFolder();
  const [certificate, key, other] = ['certificate', 'key', 'other'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  // biome-ignore format: one option a line reads worse
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x',
    '-addext', 'subjectAltName=DNS:chat.example', '-keyout', key, '-out', certificate);
  writeFileSync(other, openssl('genrsa', '2048'));
  expect(isFor('chat.example', certificate, key)).toBe(true);
  expect(isFor('other.example', certificate, key)).toBe(false);
  for (const wrong of [other, join(folder, 'missing')])
    expect(isFor('chat.example', certificate, wrong)).toBe(false);
});
