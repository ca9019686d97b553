import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'live-'));
vi.mock('../../../src/model/model.ts', async (original) => {
  const model = await original<typeof import('../../../src/model/model.ts')>();
  return { ...model, PATHS: { ...model.PATHS, acme: folder } };
});
const { covers, liveCertificate, validCertificate } = await import(
  '../../../src/relay/certificate/live-certificate.ts'
);
afterAll(() => rmSync(folder, { recursive: true }));

const DOMAIN = 'chat.example';
const ADDRESS = '192.0.2.1';
const IPV6 = '2001:db8::1';

beforeAll(() => {
  for (const [host, names] of [
    [DOMAIN, `DNS:${DOMAIN},DNS:www.${DOMAIN}`],
    [ADDRESS, `IP:${ADDRESS},IP:${IPV6}`],
    ['other.example', `DNS:${DOMAIN}`],
  ]) {
    const live = join(folder, 'live', host ?? '');
    mkdirSync(live, { recursive: true });
    // biome-ignore format: one option a line reads worse
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x',
      '-days', '7', '-addext', `subjectAltName=${names}`, '-keyout', 'privkey', '-out', 'fullchain'], { cwd: live, stdio: 'ignore' });
  }
});

test.each<[string, string[], boolean]>([
  [DOMAIN, [DOMAIN], true],
  [DOMAIN, [DOMAIN, `www.${DOMAIN}`], true],
  [DOMAIN, [DOMAIN, `mta-sts.${DOMAIN}`], false],
  [ADDRESS, [ADDRESS, IPV6], true],
  [ADDRESS, [ADDRESS, '2001:db8::2'], false],
  ['missing.example', ['missing.example'], false],
])('the certificate in use for %s covers %j: %s', (host, hosts, expected) => {
  expect(covers(liveCertificate(host), hosts)).toBe(expected);
});

test('one for another name is not in use', () => {
  expect(liveCertificate('other.example')).toBe(undefined);
});

/** How it stands, so many hours before the end. */
test.each<[string, number, 'valid' | 'ends soon' | undefined]>([
  [DOMAIN, 100, 'valid'],
  [DOMAIN, 48.01, 'valid'],
  [DOMAIN, 47.99, 'ends soon'],
  [DOMAIN, 0.01, 'ends soon'],
  [DOMAIN, 0, undefined],
  [ADDRESS, 48.01, 'valid'],
  [ADDRESS, 47.99, 'ends soon'],
  [ADDRESS, 5.01, 'ends soon'],
  // The timer may come only when it has ended.
  [ADDRESS, 4.99, undefined],
  ['missing.example', 100, undefined],
])('%s, %d hours before the end: %s', (host, hours, expected) => {
  const { validTo } = new X509Certificate(readFileSync(join(folder, 'live', DOMAIN, 'fullchain')));
  const end = Date.parse(liveCertificate(host)?.validTo ?? validTo);
  const found = validCertificate(host, end - hours * 3_600_000);
  expect(found && (found.isEnding ? 'ends soon' : found.state)).toBe(expected);
  if (found) expect(found.detail).toMatch(/^until 20\d\d-\d\d-\d\d \d\d:\d\d UTC$/);
});
