import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDefaults } from '../../src/config/schema.ts';
import { modelOf } from '../../src/model/model.ts';
import { extrasTree } from '../../src/package/tree.ts';
import { updateArchive } from '../../src/release/archive.ts';
import { createKey, withSigner } from '../../src/release/signing.ts';
import { sourcesFile } from '../../src/release/sources-file.ts';
import { renderFiles } from '../../src/render/render.ts';

/** Two archives with packages of any name, and a relay's apt that knows one or both of them. */
let folder: string;

/** Builds a package without any files. */
const makePackage = async (name: string, version: string): Promise<string> => {
  const tree = join(folder, 'tree', name);
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  const control = {
    Package: name,
    Version: version,
    Architecture: 'all',
    Maintainer: 'a <a@b.c>',
    Description: 'a',
  };
  const text = Object.entries(control)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
  await writeFile(join(tree, 'DEBIAN/control'), text);
  await mkdir(join(folder, 'packages'), { recursive: true });
  const file = join(folder, 'packages', `${name}_${version}_all.deb`);
  await execa('dpkg-deb', ['--build', tree, file]);
  return file;
};

/** Publishes packages in `folder/NAME/debian`, with its own key; as that of somebody else, if it has another origin. */
const publish = async (
  name: string,
  packages: Readonly<Record<string, string>>,
  { origin, age = 0 }: { readonly origin?: string; readonly age?: number } = {},
) => {
  const files = await Promise.all(
    Object.entries(packages).map(([one, version]) => makePackage(one, version)),
  );
  const key = join(folder, `${name}.asc`);
  await createKey(key);
  return withSigner(key, async (signer) => {
    const stranger = origin && {
      ...signer,
      clearsign: (text: string, signed: string) =>
        signer.clearsign(text.replace(/^Origin: .*/m, `Origin: ${origin}`), signed),
    };
    const now = Date.now() / 1000 - age;
    await updateArchive(join(folder, name, 'debian'), files, { epoch: 0, now, signer: stranger || signer });
    return sourcesFile(`file://${folder}/${name}`, signer.publicKey);
  });
};

/** What an extras package of a release has for `/etc`, as a relay with these settings writes it. */
const renderedFiles = (archive: string, settings: object) => {
  const SHARE = '/usr/share/chatmail/templates';
  const page = '<meta http-equiv="Content-Security-Policy" content="a">';
  const tree = extrasTree({ commands: '', invitations: '', page, trial: '' }, '1', '', archive);
  const templates = [...tree].filter(([path]) => path.startsWith(SHARE));
  const model = modelOf({ ...withDefaults(settings), mail_domain: '_relay.test' });
  return renderFiles(
    model,
    new Map(templates.map(([path, { content }]) => [path.slice(SHARE.length), String(content)])),
  );
};

const INSTALLED = ['bash 5.2', 'chatmail-relay 0.1.0'].map((one) => {
  const [name, version] = one.split(' ');
  return `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: a\n\n`;
});

let ours: string;
let strangers: string;
let count = 0;

/** An apt with these files in `/etc`. */
const aptWith = async (archive: string, settings: object, more: Readonly<Record<string, string>> = {}) => {
  const root = join(folder, `root-${count++}`);
  for (const path of [
    'lists/partial',
    'cache/archives/partial',
    'etc/apt/apt.conf.d',
    'etc/apt/sources.list.d',
  ])
    await mkdir(join(root, path), { recursive: true });
  const files = renderedFiles(archive, settings).map(({ path, content }) => [path, content] as const);
  for (const [path, content] of [...files, ...Object.entries(more)]) {
    if (content === '') continue;
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await writeFile(join(root, 'status'), INSTALLED.join(''));
  const conf = join(root, 'apt.conf');
  const dirs = {
    'Dir::Etc': join(root, 'etc/apt'),
    'Dir::Etc::Parts': join(root, 'etc/apt/apt.conf.d'),
    'Dir::State::Lists': join(root, 'lists'),
    'Dir::State::Status': join(root, 'status'),
    'Dir::Cache': join(root, 'cache'),
    'APT::Sandbox::User': 'root',
    'APT::Update::Error-Mode': 'any',
  };
  await writeFile(
    conf,
    Object.entries(dirs)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(''),
  );
  return async (...args: readonly string[]) => {
    const { all } = await execa(args[0] ?? '', args.slice(1), {
      all: true,
      reject: false,
      env: { APT_CONFIG: conf, LC_ALL: 'C' },
    });
    return all;
  };
};

type Apt = Awaited<ReturnType<typeof aptWith>>;

const candidate = async (apt: Apt, name: string): Promise<string | undefined> =>
  /Candidate: (.*)/.exec(await apt('apt-cache', 'policy', name))?.[1];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pins-'));
  ours = await publish('ours', {
    bash: '99',
    'chatmail-relay': '0.2.0',
    'chatmail-relay-extras': '0.2.0',
    evil: '1',
  });
  strangers = await publish('strangers', { bash: '100', 'chatmail-relay': '9.9' }, { origin: 'Stranger' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what apt takes from the archive of a release', () => {
  test.each([
    ['chatmail-relay', '0.2.0'],
    ['chatmail-relay-extras', '0.2.0'],
    // Debian's, which has a lower version.
    ['bash', '5.2'],
    ['evil', '(none)'],
  ])('%s: %s', async (name, version) => {
    const apt = await aptWith(ours, {});
    expect(await apt('apt-get', 'update')).not.toMatch(/^[WE]:/m);
    expect(await candidate(apt, name)).toBe(version);
  });

  test('an upgrade takes the relay and nothing else', async () => {
    const apt = await aptWith(ours, {});
    await apt('apt-get', 'update');
    const upgraded = await apt('apt-get', '--simulate', 'dist-upgrade');
    expect(upgraded.match(/^Inst .*/gm)).toEqual([
      expect.stringMatching(/^Inst chatmail-relay \[0.1.0\] \(0.2.0 /),
    ]);
  });

  test('an archive that the operator added besides is not limited', async () => {
    const apt = await aptWith(ours, {}, { '/etc/apt/sources.list.d/strangers.sources': strangers });
    expect(await apt('apt-get', 'update')).not.toMatch(/^[WE]:/m);
    expect(await candidate(apt, 'bash')).toBe('100');
    expect(await candidate(apt, 'chatmail-relay')).toBe('9.9');
  });

  test('the lists of other archives are read though this one has expired', async () => {
    const expired = await publish('expired', { 'chatmail-relay': '0.2.0' }, { age: 91 * 86_400 });
    const apt = await aptWith(expired, {}, { '/etc/apt/sources.list.d/strangers.sources': strangers });
    expect(await apt('apt-get', 'update')).toMatch(/^E: Release file for .*expired.* is expired/m);
    expect(await candidate(apt, 'bash')).toBe('100');
    expect((await apt('apt-cache', 'madison', 'chatmail-relay')).split('\n')).toHaveLength(1);
  });

  test('nothing at all with `updates: no`', async () => {
    const apt = await aptWith(ours, { updates: false });
    expect(await apt('apt-get', 'update')).not.toContain('Get:');
    expect(await candidate(apt, 'chatmail-relay')).toBe('0.1.0');
  });
});

/** Debian's /etc/apt/apt.conf.d/50unattended-upgrades, as far as it matters here. */
const DEBIAN = `Unattended-Upgrade::Origins-Pattern {
  "origin=Debian,codename=\${distro_codename},label=Debian";
  "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security";
};\n`;
const CORE = '/etc/apt/apt.conf.d/99chatmail';

describe('unattended-upgrades', () => {
  const OURS = 'origin=chatmail-image';
  test.each([
    [true, true, '1', ['Debian', 'Debian-Security', OURS]],
    [true, false, '1', ['Debian', 'Debian-Security']],
    [false, true, '1', [OURS]],
    [false, false, '0', ['Debian', 'Debian-Security']],
  ])('unattended_upgrades %s, updates %s', async (unattended_upgrades, updates, isOn, origins) => {
    const settings = { unattended_upgrades, updates };
    const core = await readFile(`templates${CORE}`, 'utf8');
    const model = modelOf({ ...withDefaults(settings), mail_domain: '_relay.test' });
    const [file] = renderFiles(model, new Map([[CORE, core]]));
    const apt = await aptWith(ours, settings, {
      '/etc/apt/apt.conf.d/50unattended-upgrades': DEBIAN,
      [CORE]: file?.content ?? '',
    });
    const dump = await apt('apt-config', 'dump');
    const value = (name: string) => dump.match(new RegExp(`^APT::Periodic::${name} "(.*)";`, 'm'))?.[1];
    expect(value('Unattended-Upgrade')).toBe(isOn);
    if (isOn === '1') expect(value('Update-Package-Lists')).toBe('1');
    const found = [...dump.matchAll(/^Unattended-Upgrade::Origins-Pattern:: "(.*)";/gm)].map(
      ([, pattern = '']) => /label=(.*)/.exec(pattern)?.[1] ?? pattern,
    );
    expect(found).toEqual(origins);
  });
});

test.each([
  [undefined, ''],
  [
    0,
    '# Written by `chatmail configure`; changes here are lost.\n[Timer]\nOnCalendar=\nOnCalendar=*-*-* 0:00\n',
  ],
  [23, expect.stringContaining('\nOnCalendar=*-*-* 23:00\n')],
])('update_hour %s is when all updates are installed', (update_hour, content) => {
  const path = '/etc/systemd/system/apt-daily-upgrade.timer.d/chatmail.conf';
  expect(renderedFiles('', { update_hour }).find((file) => file.path === path)?.content).toEqual(content);
});
