import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserDataOptions } from '../../src/cloud-init/options.ts';
import { renderUserData } from '../../src/cloud-init/user-data.ts';
import { mountOverlay, unmountOverlay } from '../../src/lab/overlay.ts';
import { stockTree } from './stock-tree.ts';

let folder: string;
let root: string;

const inside = (...argv: string[]) => execa('chroot', [root, ...argv], { reject: false, all: true });

/** The newest cloud-init that Debian's archive has in a release, unpacked beside the tree's own, which is 22.4.2. */
const fetchNewest = async (): Promise<void> => {
  const sources = await readFile(join(root, 'etc/apt/sources.list'), 'utf8');
  const [, archive = ''] = /^deb (\S+) bookworm main/m.exec(sources) ?? [];
  const apt = join(folder, 'apt');
  await mkdir(join(apt, 'lists/partial'), { recursive: true });
  await mkdir(join(apt, 'cache/archives/partial'), { recursive: true });
  const keys = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
  await writeFile(join(apt, 'sources'), `deb ${keys} ${archive} trixie main\n`);
  const options = [
    `Dir::Etc::SourceList=${apt}/sources`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${apt}/lists`,
    `Dir::Cache=${apt}/cache`,
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  await execa('apt-get', [...options, '-qq', 'update']);
  await execa('apt-get', [...options, '-qq', 'download', 'cloud-init'], { cwd: apt });
  await execa('sh', ['-c', 'dpkg-deb -x "$1"/cloud-init_*.deb "$2/opt/newest"', 'sh', apt, root]);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schema-'));
  root = await mountOverlay(await stockTree(), folder);
  await fetchNewest();
});
afterAll(async () => {
  await unmountOverlay(folder);
  await rm(folder, { recursive: true, force: true });
});

const SETTINGS = { mail_domain: '_chat.example.org', privacy_postal: 'Straße "1"\\n $HOME # 😀' };
const EVERYTHING: UserDataOptions = {
  sshKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEJEDOhOWzRv7UfyrSoE6SSvMpWzNvC6dDaXVNEDNTD1'],
  hostname: 'relay.example.org',
  phoneHome: 'https://example.org/called',
};
const REMOTE: UserDataOptions = {
  sources: ['https://example.org/relay'],
  packages: [{ name: 'chatmail-relay_0.1.0_all.deb', sha256: 'ab'.repeat(32), size: 77_000 }],
};

const TEXTS: readonly (readonly [string, string])[] = [
  ['our image and no settings', renderUserData({}).text],
  ['our image', renderUserData(SETTINGS, EVERYTHING).text],
  ['stock Debian', renderUserData({}, { base: 'debian' }).text],
  [
    'stock Debian and everything',
    renderUserData(SETTINGS, { ...EVERYTHING, base: 'debian', mirror: 'http://example.org/debian' }).text,
  ],
  ['stock Debian with the packages elsewhere', renderUserData(SETTINGS, { ...REMOTE, base: 'debian' }).text],
];

const NEWEST = [
  'env',
  'PYTHONPATH=/opt/newest/usr/lib/python3/dist-packages',
  'python3',
  '-m',
  'cloudinit.cmd.main',
];

describe.each([
  ['22.4.2', ['cloud-init'], 22],
  ['the newest', NEWEST, 25],
])('the schema of cloud-init %s', (_, program, version) => {
  test('is that version', async () => {
    const { all } = await inside(...program, '--version');
    expect(Number(/(\d+)\.\d/.exec(all ?? '')?.[1])).toBeGreaterThanOrEqual(version);
  });

  test.each(TEXTS)('accepts the text for %s', async (name, text) => {
    await writeFile(join(root, 'opt/text'), text);
    const { exitCode, all } = await inside(...program, 'schema', '-c', '/opt/text');
    expect([name, exitCode, all]).toEqual([name, 0, expect.stringMatching(/^Valid/)]);
  });
});
