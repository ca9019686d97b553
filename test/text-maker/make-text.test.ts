import { describe, expect, test } from 'vitest';
import { renderUserData } from '../../src/cloud-init/user-data.ts';
import { CLOUDS } from '../../src/model/clouds/all.ts';
import { wayOf } from '../../src/model/clouds/steps.ts';
import { readPayload } from '../../src/package/payload.ts';
import { type Choices, NO_CHOICES, OTHER } from '../../src/text-maker/choices.ts';
import { makeText, type Place } from '../../src/text-maker/make-text.ts';

const packages = [
  { name: 'chatmail-relay_0.1.0_all.deb', sha256: 'ab'.repeat(32), size: 77_000 },
  { name: 'chatmail-relay-extras_0.1.0_all.deb', sha256: 'cd'.repeat(32), size: 99_000 },
];
const { unpacker, digits } = readPayload();
const sources = ['http://192.0.2.1/start', 'https://example.org/release'];
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me@example.org';

const RELEASE: Place = { facts: { version: '0.1.0', packages, payload: { unpacker, digits } }, sources };
const RELAY: Place = { facts: { version: '0.1.0', packages }, sources };

const choose = (choices: Partial<Choices>, place = RELEASE) => makeText({ ...NO_CHOICES, ...choices }, place);

describe.each(CLOUDS)('for $name', (cloud) => {
  const { name: provider } = cloud;
  const isScript = wayOf(cloud) === 'script';

  test('a release makes the text of the command line', () => {
    const made = choose({
      provider,
      settings: { mail_domain: 'chat.example.org', max_mailbox_size: '1G' },
      sshKeys: KEY,
    });
    const { text, size, isFetching } = renderUserData(
      { mail_domain: 'chat.example.org', max_mailbox_size: 1024 ** 3 },
      { base: 'debian', provider, sources, packages, isScript, sshKeys: isScript ? [] : [KEY] },
    );
    expect(made).toMatchObject({ text, size, isFetching, isScript, lack: undefined });
    expect(text).not.toBe('');
  });

  test('a relay, which has no payload, makes one that fetches', () => {
    const made = choose({ provider }, RELAY);
    expect([made.isFetching, made.size > 500, made.size <= 4096, made.lack]).toEqual([
      true,
      true,
      true,
      undefined,
    ]);
  });
});

test.each([
  ['short', true, 4096],
  ['whole', false, 65_536],
  ['script', true, 4096],
] as const)('for another provider, %s', (form, isFetching, most) => {
  const made = choose({ provider: OTHER, form });
  expect(made).toMatchObject({ isFetching, isScript: form === 'script', problems: [], lack: undefined });
  expect(made.size).toBeLessThanOrEqual(most);
});

test.each<readonly [string, Partial<Choices>, Place, string | undefined]>([
  [
    'a page without the facts of a release',
    { provider: 'aws' },
    { ...RELAY, facts: { version: '', packages: [] } },
    'packages',
  ],
  ["a relay's page on a disk", { provider: 'aws' }, { ...RELAY, sources: [] }, 'source'],
  [
    'a release on a disk, where the whole text is too long',
    { provider: 'hetzner' },
    { ...RELEASE, sources: [] },
    'source',
  ],
  [
    'a release on a disk, where it fits',
    { provider: 'digitalocean' },
    { ...RELEASE, sources: [] },
    undefined,
  ],
  [
    "a relay's page on a disk, with an address",
    { provider: 'aws', source: ' https://a.example/start/ ' },
    { ...RELAY, sources: [] },
    undefined,
  ],
  ['no provider', {}, RELEASE, undefined],
])('%s', (_, choices, place, lack) => {
  const made = choose(choices, place);
  expect(made.lack).toBe(lack);
  expect(made.text === '').toBe(lack !== undefined || choices.provider === undefined);
});

test('a domain that is not written yet is wanted', () => {
  const { text, wrongSettings } = choose({ provider: 'aws', settings: { mail_domain: '' } });
  expect([text, [...wrongSettings.keys()]]).toEqual(['', ['mail_domain']]);
});

test('an address that is none is a problem, and no text', () => {
  const { text, problems } = choose(
    { provider: 'aws', source: "http://a/';reboot;'" },
    { ...RELAY, sources: [] },
  );
  expect([text, problems[0]?.message]).toEqual(['', expect.stringContaining('is not the http or https URL')]);
});

test('what is wrong with settings is said of each', () => {
  const { text, wrongSettings } = choose({
    provider: 'aws',
    settings: { mail_domain: 'chat', max_mailbox_size: '500 MB' },
  });
  expect([text, Object.fromEntries(wrongSettings)]).toEqual([
    '',
    {
      mail_domain: expect.objectContaining({ message: expect.stringContaining('not a single word') }),
      max_mailbox_size: expect.objectContaining({ hint: 'did you mean `500M`?' }),
    },
  ]);
});

test.each([
  [KEY, undefined],
  [`# mine\n\n  ${KEY}  \n`, undefined],
  ['hello', 'SSH key 1 is not a line of authorized_keys'],
  [
    '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
    'this is a private key, which nobody else must see',
  ],
])('the key %j', (sshKeys, message) => {
  const made = choose({ provider: 'aws', sshKeys });
  expect([made.wrongKey?.message, made.text === '']).toEqual([message, message !== undefined]);
});
