import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'acme-'));
vi.mock('../../../src/model/model.ts', async (original) => {
  const model = await original<typeof import('../../../src/model/model.ts')>();
  return { ...model, PATHS: { ...model.PATHS, acme: folder } };
});
const { accountKey, installCertificate } = await import('../../../src/relay/certificate/acme.ts');
afterAll(() => rmSync(folder, { recursive: true }));

const make = (...names: string[]): { key: string; chain: string } => {
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/'];
  const [key, chain] = [join(folder, 'key.pem'), join(folder, 'chain.pem')];
  const name = ['-addext', `subjectAltName=${names}`, '-keyout', key, '-out', chain];
  execFileSync('openssl', ['req', '-x509', ...kind, ...name], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), chain: readFileSync(chain, 'utf8') };
};

test('of the certificates of an address the last one is kept, with its key', () => {
  for (const url of ['https://a/1', 'https://a/2', 'https://a/3']) {
    const { key, chain } = make('IP:192.0.2.1');
    installCertificate(['192.0.2.1'], url, key, chain);
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
  const { key, chain } = make(wrong === 'another key' ? 'IP:192.0.2.1' : `IP:${wrong}`);
  const other = wrong === 'another key' ? make('IP:192.0.2.1').key : key;
  expect(() => installCertificate(['192.0.2.1'], 'https://a/4', other, chain)).toThrow('for something else');
});

test('one for several names is in use for each; one that others use stays', () => {
  const install = (url: string, ...names: string[]) => {
    const { key, chain } = make(...names.map((name) => `DNS:${name}`));
    installCertificate(names, url, key, chain);
  };
  const inUse = (name: string) => readFileSync(`${folder}/live/${name}/url`, 'utf8');
  install('https://b/1', 'a.example', 'www.a.example');
  install('https://b/2', 'a.example');
  expect([inUse('a.example'), inUse('www.a.example')]).toEqual(['https://b/2', 'https://b/1']);
  const before = readdirSync(`${folder}/certs`).length;
  install('https://b/3', 'a.example', 'www.a.example');
  expect([inUse('a.example'), inUse('www.a.example')]).toEqual(['https://b/3', 'https://b/3']);
  expect(readdirSync(`${folder}/certs`)).toHaveLength(before);
});

test('what is in use by a link to another place stays there', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  const { key, chain } = make('DNS:linked.example');
  for (const name of ['fullchain', 'privkey']) writeFileSync(join(elsewhere, name), 'x');
  symlinkSync(elsewhere, `${folder}/live/linked.example`);
  installCertificate(['linked.example'], 'https://c/1', key, chain);
  expect(readFileSync(`${folder}/live/linked.example/url`, 'utf8')).toBe('https://c/1');
  expect(readdirSync(elsewhere)).toEqual(['fullchain', 'privkey']);
  rmSync(elsewhere, { recursive: true });
});

test('the key of an account is made once, where acmetool looks for it, and for each authority', () => {
  const directory = 'https://ca.example:14000/dir';
  const pem = accountKey(directory);
  expect(accountKey(directory)).toBe(pem);
  expect(accountKey('https://other.example/dir')).not.toBe(pem);
  expect(readdirSync(`${folder}/accounts`).sort()).toEqual([
    'ca.example%3a14000%2fdir',
    'other.example%2fdir',
  ]);
});
