import { expect, test } from 'vitest';
import { issuerOf, reverseName, reverseRecords, type ZoneFacts, zoneOf } from '../../src/model/zone.ts';
import { quoteTxt, zoneFile, zoneTable } from '../../src/model/zone-text.ts';

const FACTS: ZoneFacts = {
  domain: 'chat.example.org',
  addresses: { ipv4: '192.0.2.7', ipv6: '2001:db8::7' },
  dkimKey: 'A'.repeat(392),
  account: 'https://ca.example/acct/1',
  issuer: 'letsencrypt.org',
};

test('a zone file has every record, TXT in strings that are not too long', async () => {
  await expect(zoneFile(zoneOf(FACTS))).toMatchFileSnapshot('../golden/zone/bind.txt');
});

test('a table for web forms has every record, TXT in one piece', async () => {
  await expect(zoneTable(zoneOf(FACTS))).toMatchFileSnapshot('../golden/zone/table.txt');
});

test.each<[string, Partial<ZoneFacts>, string]>([
  ['no IPv6', { addresses: { ipv4: '192.0.2.7' } }, 'AAAA'],
  ['no IPv4', { addresses: { ipv6: '2001:db8::7' } }, 'A'],
  ['no account', { account: undefined }, 'CAA'],
])('with %s there is no such record', (_, facts, type) => {
  const types = (records: ReturnType<typeof zoneOf>) => records.map((record) => record.type as string);
  expect(types(zoneOf(FACTS))).toContain(type);
  expect(types(zoneOf({ ...FACTS, ...facts }))).not.toContain(type);
});

test('a domain with `_` needs no record for a certificate that it never has', () => {
  const names = zoneOf({ ...FACTS, domain: '_chat.example.org', account: undefined })
    .filter(({ isRequired }) => isRequired)
    .map(({ type, name }) => `${type} ${name}`);
  expect(names).toEqual([
    'A _chat.example.org',
    'AAAA _chat.example.org',
    'MX _chat.example.org',
    'TXT opendkim._domainkey._chat.example.org',
  ]);
});

test.each([
  ['192.0.2.7', '7.2.0.192.in-addr.arpa'],
  ['2001:db8::7', `7.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ['::1', `1.${'0.'.repeat(31)}ip6.arpa`],
  ['2001:db8::', `${'0.'.repeat(24)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ['1:2:3:4:5:6:7:8', '8.0.0.0.7.0.0.0.6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.ip6.arpa'],
])('%s is named in reverse by %s', (address, name) => expect(reverseName(address)).toBe(name));

test('each address has a reverse record', () => {
  expect(reverseRecords(FACTS).map(({ name, type, value }) => [name.slice(0, 8), type, value])).toEqual([
    ['7.2.0.19', 'PTR', 'chat.example.org.'],
    ['7.0.0.0.', 'PTR', 'chat.example.org.'],
  ]);
});

test.each([
  ['short', '"short"'],
  ['', '""'],
  ['say "so" \\', '"say \\"so\\" \\\\"'],
  ['x'.repeat(256), `"${'x'.repeat(255)}" "x"`],
])('TXT %j is %s', (value, quoted) => expect(quoteTxt(value)).toBe(quoted));

test.each([
  ['https://acme-v02.api.letsencrypt.org/directory', 'letsencrypt.org'],
  ['https://acme-staging-v02.api.letsencrypt.org/directory', 'letsencrypt.org'],
  ['https://acme.zerossl.com/v2/DV90', 'sectigo.com'],
  ['https://api.test4.buypass.no/acme/directory', 'buypass.com'],
  ['https://dv.acme-v02.api.pki.goog/directory', 'pki.goog'],
  ['https://acme-api.actalis.com/acme/directory', 'actalis.it'],
  ['https://notzerossl.com/dir', 'notzerossl.com'],
  ['https://acme.authority.example:14000/dir', 'authority.example'],
  ['https://acme.authority.co.uk/dir', 'authority.co.uk'],
  ['https://authority.example/dir', 'authority.example'],
])('%s is the directory of %s', (directory, issuer) => expect(issuerOf(directory)).toBe(issuer));
