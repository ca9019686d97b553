import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'acme-'));
vi.mock('../../../src/model/model.ts', async (original) => {
  const model = await original<typeof import('../../../src/model/model.ts')>();
  return { ...model, PATHS: { ...model.PATHS, acme: folder } };
});
const { installAddressCertificate } = await import('../../../src/relay/certificate/acme.ts');
afterAll(() => rmSync(folder, { recursive: true }));

const make = (address: string): { key: string; chain: string } => {
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/'];
  const [key, chain] = [join(folder, 'key.pem'), join(folder, 'chain.pem')];
  const name = ['-addext', `subjectAltName=IP:${address}`, '-keyout', key, '-out', chain];
  execFileSync('openssl', ['req', '-x509', ...kind, ...name], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), chain: readFileSync(chain, 'utf8') };
};

test('of the certificates of an address the last one is kept, with its key', () => {
  for (const url of ['https://a/1', 'https://a/2', 'https://a/3']) {
    const { key, chain } = make('192.0.2.1');
    installAddressCertificate('192.0.2.1', url, key, chain);
    const live = realpathSync(`${folder}/live/192.0.2.1`);
    expect([readFileSync(`${live}/url`, 'utf8'), readFileSync(`${live}/privkey`, 'utf8')]).toEqual([
      url,
      key,
    ]);
    expect(
      [readdirSync(`${folder}/certs`), readdirSync(`${folder}/keys`)].map(({ length }) => length),
    ).toEqual([1, 1]);
  }
});

test.each(['192.0.2.2', 'another key'])('a certificate for %s is not taken', (wrong) => {
  const { key, chain } = make(wrong === 'another key' ? '192.0.2.1' : wrong);
  const other = wrong === 'another key' ? make('192.0.2.1').key : key;
  expect(() => installAddressCertificate('192.0.2.1', 'https://a/4', other, chain)).toThrow(
    'for something else',
  );
});
