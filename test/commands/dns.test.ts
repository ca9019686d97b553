import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ZoneRecord } from '../../src/model/zone.ts';
import { inFolder } from '../cli-in-folder.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

let folder: Awaited<ReturnType<typeof inFolder>>;
beforeEach(async () => {
  folder = await inFolder({
    'chatmail.yaml': 'mail_domain: chat.example.org\n',
    'address.yaml': 'mail_domain: 192.0.2.1\n',
    'private.pem': privateKey,
    'public.pem': publicKey,
  });
});
afterEach(() => folder.remove());

test('what is not known is named in its place, and said', async () => {
  const { status, stdout, stderr } = await folder.run('dns');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^chat\.example\.org\. .* A +<address of the machine>$/m);
  expect(stdout).toContain('p=<made by the relay>;');
  expect(stdout).not.toMatch(/ AAAA /);
  expect(stderr).toContain('warning: replace the values');
});

test('with the addresses and the key, of either half, the zone is whole', async () => {
  const given = ['--ipv4', '192.0.2.7', '--ipv6', '2001:db8::7'];
  const runs = ['private.pem', 'public.pem'].map((file) => folder.run('dns', ...given, '--dkim-key', file));
  const [first, second] = await Promise.all(runs);
  expect(first).toEqual(second);
  expect(first?.stderr).toBe('');
  const der = publicKey.replace(/-.*\n|\s/g, '').replace(/-+END.*$/, '');
  expect(first?.stdout.replaceAll('" "', '')).toContain(`p=${der};`);
  expect(first?.stdout).toMatch(/^chat\.example\.org\. .* AAAA +2001:db8::7$/m);
});

test('the domain may be named, and the records may be for a web form or a program', async () => {
  const { stdout } = await folder.run('dns', 'other.example.org', '--json');
  const records = JSON.parse(stdout) as ZoneRecord[];
  expect(records.find(({ type }) => type === 'MX')).toMatchObject({
    name: 'other.example.org',
    value: '10 other.example.org.',
    isRequired: true,
  });
  const table = await folder.run('dns', 'other.example.org', '--table');
  expect(table.stdout.split('\n').filter(Boolean)).toHaveLength(records.length);
});

test.each<[readonly string[], number, string]>([
  [['--ipv4', '2001:db8::7'], 2, '--ipv4 is an IPv4 address'],
  [['--ipv6', '192.0.2.7'], 2, '--ipv6 is an IPv6 address'],
  [['-c', 'address.yaml'], 1, 'no zone'],
  [['https://chat.example.org/'], 1, 'is a URL'],
  [['--dkim-key', 'chatmail.yaml'], 1, 'chatmail.yaml is not a key'],
])('dns %j is refused', async (args, status, words) => {
  const result = await folder.run('dns', ...args);
  expect(result).toMatchObject({ status, stdout: '' });
  expect(result.stderr).toContain(words);
});
