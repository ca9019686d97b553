import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CLOUDS, cloudNamed } from '../../src/model/clouds/all.ts';
import { maxTextBytes, takesGzip } from '../../src/model/clouds/limit.ts';
import { relayCloud } from '../../src/model/clouds/relay-cloud.ts';
import { cloudFacts, cloudsTable } from '../../src/model/clouds/words.ts';
import { PROGRAM, PROJECT } from '../../src/package/paths.ts';
import { BUILDERS } from '../../src/packer/relay/builders.ts';

const cloud = (name: string) => {
  const found = cloudNamed(name);
  if (!found) throw new Error(`there is no cloud ${name}`);
  return found;
};
const factOf = (name: string, fact: string) => new Map(cloudFacts(cloud(name))).get(fact);

test.each<[string, number]>([
  ['hetzner', 32_768],
  ['aws', 16_384],
  ['openstack', 49_149],
  ['ovh', 49_149],
  ['exoscale', 24_573],
  ['oracle', 24_000],
])('%s takes at most %d bytes of text', (name, most) => {
  const { limit } = cloud(name).userData;
  expect(limit && maxTextBytes(limit.value)).toBe(most);
});

test.each([
  ['aws', 'user-data', 'at most 16384 bytes'],
  ['azure', 'user-data', 'at most 65536 bytes (not confirmed)'],
  ['vultr', 'user-data', 'not documented'],
  ['exoscale', 'user-data', 'at most 24573 bytes, as base64 may have 32767'],
  ['hetzner', 'gzip', 'only inside base64 (reported by others)'],
  ['contabo', 'port 25', 'open (reported by others)'],
  ['aws', 'firewall', /^security group: open TCP 22, 25, .* \(not confirmed\)$/],
  ['linode', 'firewall', /^none unless you add one: then open TCP 22, 25, /],
])('%s, %s: %s', (name, fact, text) => {
  expect(factOf(name, fact)).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
});

test.each([
  ['ec2', 'aws'],
  ['gce', 'google'],
  ['nocloud', 'qemu'],
  ['ovhcloud', 'ovh'],
  ['toString', undefined],
])('%s is %s', (name, is) => expect(cloudNamed(name)?.name).toBe(is));

test('what is not confirmed is not relied on', () => {
  expect([takesGzip(cloud('aws')), takesGzip(cloud('azure')), takesGzip(cloud('hetzner'))]).toEqual([
    true,
    false,
    false,
  ]);
});

test('no name means two clouds, neither to people nor to cloud-init', () => {
  for (const names of [
    CLOUDS.flatMap(({ name, aliases }) => [name, ...aliases]),
    CLOUDS.flatMap(({ cloudInit }) => cloudInit.names),
  ])
    expect(names).toEqual([...new Set(names)]);
});

test('each record is in the file of its name, and listed', () => {
  const files = readdirSync(`${PROJECT}src/model/clouds`).map((file) => file.replace(/\.ts$/, ''));
  const parts = [
    'all',
    'cloud',
    'fact',
    'limit',
    'own-network',
    'page',
    'relay-cloud',
    'relay-table',
    'steps',
    'words',
  ];
  expect(files.filter((file) => !parts.includes(file)).sort()).toEqual(CLOUDS.map(({ name }) => name).sort());
});

describe.each(CLOUDS)('$name', (record) => {
  test('says of each fact where it is from', () => {
    const facts = JSON.stringify(record).match(/"certainty":"\w+","source":"[^"]*/g) ?? [];
    for (const fact of facts) expect(fact).toMatch(/"source":"\S.+/);
    expect(JSON.stringify(record).match(/"value":/g)?.length).toBe(facts.length);
  });

  test('has a line in the table', () => {
    expect(cloudsTable(CLOUDS)).toMatch(new RegExp(`^${record.name}\\b.*: `, 'm'));
  });
});

test("Packer's builders and the records name each other", () => {
  expect(BUILDERS.map(({ type, cloud: { name } }) => `${name} ${type}`).sort()).toEqual(
    CLOUDS.flatMap(({ name, packer }) => (packer ? [`${name} ${packer.builder}`] : [])).sort(),
  );
});

test('pages and relays say the same of port 25', () => {
  for (const { cloudInit, port25 } of CLOUDS)
    for (const name of cloudInit.names) {
      const { help } = port25?.value ?? {};
      expect(relayCloud(name).port25).toBe(port25?.certainty === 'unconfirmed' ? undefined : help);
    }
  expect(factOf('hetzner', 'port 25')).toContain(relayCloud('hetzner').port25?.replace(/\.$/, ''));
});

test.each([undefined, 'toString', 'akamai'])('of %s a relay knows nothing', (name) => {
  expect(relayCloud(name)).toEqual({});
});

test('a relay carries what it needs of the records, and no more', () => {
  const program = readFileSync(PROGRAM, 'utf8');
  expect(program).toContain('public-ipv4');
  expect(program).toContain('Enable SMTP');
  // Whose user-data is not read is told by its name.
  for (const { imageImport, userData, title, cloudInit } of CLOUDS)
    for (const text of [
      imageImport?.value,
      userData.form?.value,
      cloudInit.ignoresUserData ? undefined : title,
    ])
      if (text !== undefined && text.length > 12) expect(program).not.toContain(text);
  expect(program).not.toMatch(/unconfirmed|ds-identify of/);
});
