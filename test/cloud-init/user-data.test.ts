import { execaSync } from 'execa';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { UserDataOptions } from '../../src/cloud-init/options.ts';
import { renderUserData } from '../../src/cloud-init/user-data.ts';
import { readYaml } from '../../src/config/read-yaml.ts';
import { resolve } from '../../src/config/resolve.ts';
import { SETTING_NAMES, type Settings, withDefaults } from '../../src/config/schema.ts';
import { CLOUD_NAMES, CLOUDS, cloudNamed } from '../../src/model/clouds/all.ts';
import { fits } from '../../src/model/clouds/limit.ts';

const PACKAGE = { name: 'chatmail-relay_0.1.0_all.deb', sha256: 'ab'.repeat(32), size: 77_000 };
const EXTRAS = { name: 'chatmail-relay-extras_0.1.0_all.deb', sha256: 'cd'.repeat(32), size: 99_000 };
/** A relay somewhere, and a release. */
const REMOTE = {
  sources: ['http://192.0.2.1/start', 'https://chatmail.example.org/chatmail-image/release/'],
  packages: [PACKAGE, EXTRAS],
};

const EVERYTHING: Partial<Settings> = {
  mail_domain: '_chat.example.org',
  max_mailbox_size: 1024 ** 3,
  max_load_1m: 9,
  disable_ipv6: true,
  tls_external_cert_and_key: ['/etc/ssl/relay.pem', '/etc/ssl/relay.key'],
  iroh_relay: '',
  privacy_postal: `Straße "1" \\n $HOME \${x} $(id) \`id\` # 'no' comment: {a}, [b] & *c 😀\u00a0END`,
};

interface File {
  readonly path: string;
  readonly content: string;
}

/** The settings that a relay would read from the text. */
const settingsIn = (text: string): Settings => {
  const { write_files = [] } = (parse(text) ?? {}) as { write_files?: File[] };
  const source = write_files.find(({ path }) => path === '/etc/chatmail/chatmail.yaml');
  const result = resolve(readYaml({ name: 'chatmail.yaml', text: source?.content ?? '' }));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};

const BASES: readonly (readonly [string, UserDataOptions])[] = [
  ['our image', { base: 'image' }],
  ['stock Debian', { base: 'debian' }],
  ['stock Debian with the packages elsewhere', { base: 'debian', ...REMOTE }],
];

describe.each(CLOUDS)('for $name', (cloud) => {
  const { name: provider, userData, cloudInit } = cloud;

  describe.each(BASES)('and %s', (_, options) => {
    test.each([{}, EVERYTHING])(
      'the text keeps to what the provider takes, and says the settings',
      (settings) => {
        const { text, bytes, size, problems } = renderUserData(settings, { ...options, provider });
        expect(text).toMatch(/^#cloud-config\n[ -~\n]*\n$/);
        expect(Buffer.from(bytes).toString()).toBe(text);
        expect(size).toBe(bytes.length);
        // cloud-init takes a text with this near its beginning for MIME parts.
        expect(text.slice(0, 4096).toLowerCase()).not.toContain('mime-version:');
        const codes = problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
        expect(codes).toEqual([
          ...(cloudInit.ignoresUserData ? ['unread'] : []),
          ...(!fits(cloud, size) && userData.limit?.certainty !== 'unconfirmed' ? ['too-large'] : []),
        ]);
        expect(settingsIn(text)).toEqual(withDefaults(settings));
      },
    );
  });
});

test.each(['netcup', 'ionos', 'contabo', 'ovh-vps'])(
  'at %s, where no field is known, it leads to a script',
  (provider) => {
    const told = (isScript: boolean) => renderUserData({}, { base: 'debian', provider, isScript }).problems;
    expect(told(false)).toContainEqual({
      severity: 'warning',
      code: 'unsure',
      message: expect.stringContaining('no field for user-data is known at'),
      hint: 'a script for root does the same: --script',
    });
    expect(told(true)).toEqual([]);
  },
);

test.each(['hetzner', 'digitalocean', 'openstack', 'azure', 'google'])(
  'the text for stock Debian is refused for %s only if it takes less',
  (name) => {
    const cloud = cloudNamed(name);
    const { size, problems } = renderUserData({}, { base: 'debian', provider: name });
    expect(problems.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(
      cloud && !fits(cloud, size) ? ['too-large'] : [],
    );
  },
);

test.each<[string, 'whole' | 'fetching']>([
  ['hetzner', 'fetching'],
  ['digitalocean', 'whole'],
  ['aws', 'fetching'],
  ['openstack', 'fetching'],
  ['exoscale', 'fetching'],
  ['oracle', 'fetching'],
  ['google', 'whole'],
])('with sources, the text for %s is %s', (provider, form) => {
  const { isFetching } = renderUserData({}, { base: 'debian', provider, ...REMOTE });
  expect(isFetching ? 'fetching' : 'whole').toBe(form);
});

test.each(CLOUD_NAMES)('with sources there is a text that %s takes', (provider) => {
  const { size, isFetching, problems } = renderUserData({}, { base: 'debian', provider, ...REMOTE });
  const isOfField = (message: string) => message.startsWith('no field for user-data is known');
  expect(problems.filter(({ code, message }) => code !== 'unread' && !isOfField(message))).toEqual([]);
  expect(size).toBeLessThanOrEqual(isFetching ? 4096 : 65_536);
});

test('without a provider, too, sources make it small', () => {
  const { size, isFetching, problems } = renderUserData({}, { base: 'debian', ...REMOTE });
  expect([isFetching, problems]).toEqual([true, []]);
  expect(size).toBeLessThanOrEqual(4096);
});

test('it has the sources in their order, and pins each package', () => {
  const { text } = renderUserData({}, { base: 'debian', ...REMOTE });
  expect(text).toContain(
    "sources='http://192.0.2.1/start https://chatmail.example.org/chatmail-image/release'",
  );
  for (const { name, sha256, size } of REMOTE.packages)
    expect(text).toContain(`fetch ${name} ${sha256} ${size}\n`);
});

test('what does not fit says by how much, and what to do', () => {
  const { size, problems } = renderUserData({}, { base: 'debian', provider: 'aws' });
  expect(problems).toEqual([
    {
      severity: 'error',
      code: 'too-large',
      message: `the text has ${size} bytes, ${size - 16_384} more than the 16384 that Amazon EC2 takes`,
      hint: 'give the URL of a folder that has the packages: the text then fetches them and is small',
    },
  ]);
});

/** Settings as anybody may have them: texts and numbers, not always good ones. */
const anySettings = fc.record(
  {
    mail_domain: fc.constantFrom('_chat.example.org', '192.0.2.1', 'yes.no', 'chat.xn--p1ai', '_0.no'),
    privacy_postal: fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() === text),
    privacy_pdo: fc
      .string({ unit: fc.constantFrom(...'"\'\\$`#{}[]:,&*!|>%@ax') })
      .filter((text) => text.trim() === text && text !== ''),
    max_mailbox_size: fc.integer({ min: 1 << 20, max: 2 ** 50 }),
    iroh_relay: fc.constantFrom('', 'https://iroh.example.org:443/?a=1&b=%20#c'),
    imap_rawlog: fc.boolean(),
  },
  { requiredKeys: [] },
);

test('whatever the settings are, they arrive as they are', () => {
  fc.assert(
    fc.property(anySettings, (settings) => {
      const { text, problems } = renderUserData(settings);
      if (problems.length > 0) return;
      expect(settingsIn(text)).toEqual(withDefaults(settings));
    }),
  );
});

test.each([...'\n\r\0\x07\x1b\x7f\x85\u2028\u2029\ufeff', '\ud800'])(
  '%j in a setting is refused with its place',
  (bad) => {
    const { text, problems } = renderUserData({ privacy_postal: `a${bad}b` });
    expect(text).toBe('');
    expect(problems).toMatchObject([{ severity: 'error', code: 'bad-characters', path: ['privacy_postal'] }]);
    expect(problems[0]?.message).toContain('privacy_postal');
  },
);

test('what is no setting is refused', () => {
  const { problems } = renderUserData({ mail_domian: 'example.org' } as Partial<Settings>);
  expect(problems).toMatchObject([
    { code: 'unknown-setting', path: ['mail_domian'], hint: expect.stringContaining('mail_domain') },
  ]);
});

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEJEDOhOWzRv7UfyrSoE6SSvMpWzNvC6dDaXVNEDNTD1 me@example.org';

test('keys, a host name, phone_home and a mirror become cloud-config', () => {
  const { text } = renderUserData(
    { mail_domain: '_chat.example.org' },
    {
      base: 'debian',
      sshKeys: [KEY],
      hostname: 'relay.example.org',
      phoneHome: 'https://example.org/called?id=1',
      mirror: 'http://mirror.example.org/debian',
    },
  );
  expect(parse(text)).toMatchObject({
    fqdn: 'relay.example.org',
    ssh_authorized_keys: [KEY],
    phone_home: { url: 'https://example.org/called?id=1' },
    apt: {
      preserve_sources_list: false,
      primary: [{ uri: 'http://mirror.example.org/debian' }],
      security: [{ uri: 'http://mirror.example.org/debian-security' }],
    },
  });
});

test.each([
  ['http://debian.example/debian', 'http://debian.example/debian-security'],
  ['http://example.org/debian/', 'http://example.org/debian-security/'],
  [
    'http://example.org/archive/debian/20260101T000000Z/',
    'http://example.org/archive/debian-security/20260101T000000Z/',
  ],
  ['http://example.org/debian/debian', 'http://example.org/debian/debian-security'],
])('security updates of the mirror %s are at %s', (mirror, security) => {
  const { text } = renderUserData({}, { base: 'debian', mirror });
  expect(parse(text)).toMatchObject({ apt: { primary: [{ uri: mirror }], security: [{ uri: security }] } });
});

test.each<[string, UserDataOptions, string]>([
  ['a base', { base: 'windows' as 'image' }, 'base is image or debian'],
  ['a key of two lines', { sshKeys: [`${KEY}\n${KEY}`] }, 'SSH key 1'],
  ['a key of another kind', { sshKeys: [KEY, 'PuTTY'] }, 'SSH key 2'],
  ['a host name', { hostname: 'a b' }, 'not a host name'],
  ['a URL', { phoneHome: "http://x/'; rm -rf /" }, 'not an http or https URL'],
  [
    'a source',
    { base: 'debian', ...REMOTE, sources: ['ftp://x/y'] },
    'not the http or https URL of a folder',
  ],
  [
    'a pattern as a source',
    { base: 'debian', ...REMOTE, sources: ['http://x/*'] },
    'not the http or https URL',
  ],
  [
    'a command as a source',
    { base: 'debian', ...REMOTE, sources: ["http://x/'$(id)"] },
    'not the http or https URL',
  ],
  ['a source of nothing', { base: 'debian', sources: REMOTE.sources }, 'which packages are at the sources'],
  ['a hash', { base: 'debian', ...REMOTE, packages: [{ ...PACKAGE, sha256: 'abc' }] }, 'is not pinned'],
  ['a file', { base: 'debian', ...REMOTE, packages: [{ ...PACKAGE, name: '../x.deb' }] }, 'is not pinned'],
  ['a size', { base: 'debian', ...REMOTE, packages: [{ ...PACKAGE, size: 1.5 }] }, 'is not pinned'],
  ['a source for our image', REMOTE, 'stock Debian'],
  ['a mirror for our image', { mirror: 'http://example.org/' }, 'stock Debian'],
  ['a mirror that is none', { base: 'debian', mirror: 'http://example.org/' }, "Debian's archive"],
  ['a key in a script', { base: 'debian', isScript: true, sshKeys: [KEY] }, 'need cloud-init'],
  ['a provider', { provider: 'toString' }, 'unknown provider'],
])('%s that is wrong is refused', (_, options, message) => {
  const { text, problems } = renderUserData({}, options);
  expect(text).toBe('');
  expect(problems).toMatchObject([{ severity: 'error', code: 'bad-option' }]);
  expect(problems[0]?.message).toContain(message);
});

test('the shell has nothing to say against the scripts', () => {
  const scripts = [REMOTE, {}].map(
    (options) => renderUserData(EVERYTHING, { base: 'debian', isScript: true, ...options }).text,
  );
  for (const script of scripts) {
    expect(script).toMatch(/^#!\/bin\/sh\n/);
    const input = script.replace(/^[!-~]{300,}\n/gm, '');
    expect(execaSync('sh', ['-n'], { input: script }).exitCode).toBe(0);
    // The second half is not there yet; a script is written by a script; functions are called from the other half.
    execaSync('shellcheck', ['--shell=sh', '--exclude=SC1091,SC2016,SC2317', '-'], { input });
  }
});

test('a script writes the settings as they are', () => {
  const { text } = renderUserData(EVERYTHING, { base: 'debian', isScript: true, ...REMOTE });
  const writing = text.slice(0, text.indexOf('\nEND\n') + 5).replaceAll('/etc/chatmail', '.');
  const { stdout } = execaSync('sh', [
    '-c',
    `cd "$(mktemp -d)" && { ${writing}\ncat chatmail.yaml; rm -r "$PWD"; }`,
  ]);
  const result = resolve(readYaml({ name: 'chatmail.yaml', text: stdout }));
  expect(result.ok && result.value).toEqual(withDefaults(EVERYTHING));
});

describe('goldens', () => {
  test.each(['hetzner', 'aws', 'linode'])('%s', async (provider) => {
    const isScript = provider === 'linode';
    const { text } = renderUserData(EVERYTHING, {
      base: 'debian',
      provider,
      ...REMOTE,
      isScript,
      ...(isScript ? {} : { sshKeys: [KEY], hostname: 'relay', phoneHome: 'https://example.org/called' }),
    });
    await expect(text).toMatchFileSnapshot(`../golden/user-data/debian-${provider}.txt`);
  });

  test('our image', async () => {
    await expect(renderUserData(EVERYTHING).text).toMatchFileSnapshot('../golden/user-data/image.txt');
    expect(SETTING_NAMES.length).toBeGreaterThan(0);
  });
});
