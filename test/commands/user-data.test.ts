import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLOUDS } from '../../src/model/clouds/all.ts';
import { cloudPage } from '../../src/model/clouds/page.ts';
import { inFolder } from '../cli-in-folder.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEJEDOhOWzRv7UfyrSoE6SSvMpWzNvC6dDaXVNEDNTD1';

let folder: Awaited<ReturnType<typeof inFolder>>;
beforeEach(async () => {
  folder = await inFolder({
    'chatmail.yaml': 'mail_domain: _chat.example.org\n',
    'bad.yaml': 'max_load_1m: x\n',
    id_ed25519: '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
    'putty.ppk': 'PuTTY-User-Key-File-3: ssh-ed25519\n',
    'empty.pub': '\n# nothing\n',
    'options.pub': `from="192.0.2.1" ${KEY}\n`,
    'key.pub': `# mine\n${KEY}\n\n`,
    'extra.yaml': '#cloud-config\ntimezone: UTC\n',
    'bad-extra.yaml': '#cloud-config\nhostname: other\n',
    'long-extra.yaml': `#cloud-config\nfinal_message: ${'long '.repeat(4000)}\n`,
    'manifest.json': '{"url": "https://example.org/release"}',
    'chatmail-relay_0.1.0_all.deb': 'a package',
    'chatmail-relay-extras_0.1.0_all.deb': 'another',
  });
});
afterEach(() => folder.remove());

test.each<[readonly string[], readonly string[]]>([
  [[], ['#cloud-config\nwrite_files:\n', '   mail_domain: _chat.example.org\n']],
  [
    ['--ssh-key', 'key.pub', '--hostname', 'relay'],
    [`- "${KEY}"\n`, 'hostname: "relay"\n'],
  ],
  [['--merge', 'extra.yaml'], ['timezone: "UTC"\n']],
  [
    ['--base', 'debian'],
    ['bootcmd:\n- |\n', 'get_packages nodejs\n'],
  ],
  [['--base', 'debian', '--script'], ['#!/bin/sh\nmkdir -p /etc/chatmail\n']],
  [
    [
      '--base',
      'debian',
      '--provider',
      'ec2',
      '--source',
      'http://192.0.2.1/',
      '--source',
      'https://x/y',
      '--packages',
      '.',
    ],
    [
      "sources='http://192.0.2.1 https://x/y'\n",
      'fetch chatmail-relay_0.1.0_all.deb c0cd5ccfdb563a59366e33e73001b78fdb8cca5a6c48e2f90fffcde44b81f1f6 9\n',
    ],
  ],
  [['--base', 'debian', '--provider', 'ec2', '--packages', '.'], ["sources='https://example.org/release'\n"]],
  [['--list-providers'], ['hetzner, hcloud: Hetzner Cloud\n', 'not confirmed']],
  [['--list-providers', '--json'], ['"title": "Hetzner Cloud"']],
  [['--json'], ['"text":"#cloud-config', '"size":', '"problems":[]']],
])('user-data %j', async (args, parts) => {
  const { status, stdout, stderr } = await folder.run('user-data', ...args);
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')]);
  for (const part of parts) expect(stdout).toContain(part);
});

test('it goes to a file', async () => {
  expect(await folder.run('user-data', '-o', 'out')).toMatchObject({ status: 0, stdout: '' });
  expect(await folder.read('out')).toMatch(/^#cloud-config\n/);
});

test.each<[readonly string[], number, readonly string[]]>([
  [['-c', 'bad.yaml'], 1, ['bad.yaml:1:14: error']],
  [['--base', 'ubuntu'], 2, ['--base must be image or debian, not `ubuntu`']],
  [['--provider', 'hetzer'], 2, ['unknown provider `hetzer`', 'hetzner']],
  [
    ['--base', 'debian', '--provider', 'ec2'],
    1,
    ['more than the 16384 that Amazon EC2 takes', 'URL of a folder'],
  ],
  [['--base', 'debian', '--provider', 'linode'], 1, ['gets no user-data', '--script']],
  [
    ['--hostname', 'a', '--merge', 'bad-extra.yaml'],
    1,
    ['bad-extra.yaml:2:1: error: hostname is set here', '  2 | hostname: other'],
  ],
  [
    ['--base', 'debian', '--source', 'https://x/y'],
    1,
    ['cannot be read', '`chatmail-image package` builds it'],
  ],
  [['--mirror', 'http://example.org/debian'], 1, ['stock Debian']],
  [['--gzip'], 2, ['cannot be shown on a screen', '--output FILE']],
  [['--gzip', '-o', 'out', '--base', 'debian', '--script'], 1, ['only cloud-init unpacks gzip']],
  [['--gzip', '-o', 'out', '--provider', 'scaleway'], 1, ['gzip at Scaleway: no', 'leave it out']],
])('user-data %j is refused', async (args, status, parts) => {
  const result = await folder.run('user-data', ...args);
  expect(result).toMatchObject({ status, stdout: '' });
  for (const part of parts) expect(result.stderr).toContain(part);
});

test('compressed it is the same text', async () => {
  const text = await folder.run('user-data', '--base', 'debian');
  const { status, stderr } = await folder.run('user-data', '--base', 'debian', '--gzip', '-o', 'out');
  const bytes = await readFile(join(folder.cwd, 'out'));
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringContaining(`wrote out, ${bytes.length} bytes`),
  });
  expect(gunzipSync(bytes).toString()).toBe(text.stdout);
});

test('what fits compressed is said, with its size', async () => {
  const args = ['--provider', 'aws', '--merge', 'long-extra.yaml'];
  const refused = await folder.run('user-data', ...args);
  expect(await folder.run('user-data', ...args, '--gzip', '-o', 'out')).toMatchObject({ status: 0 });
  const { length } = await readFile(join(folder.cwd, 'out'));
  expect(refused).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`the provider's client the ${length} bytes of --gzip`),
  });
});

test.each(CLOUDS)('the commands on the page of $name do what it says', async (cloud) => {
  const lines = cloudPage(cloud).match(/(?<=^node lib\/cli\.js ).*/gm) ?? [];
  expect(lines).not.toEqual([]);
  for (const line of lines) {
    const set = line.startsWith('user-data') ? ['--set', 'mail_domain=chat.example.org'] : [];
    const { status, stderr } = await folder.run(...line.split(' '), ...set);
    // How long a script is matters to nobody.
    const said = line.includes('--script') ? expect.not.stringContaining('warning') : expect.any(String);
    expect([line, status, stderr]).toEqual([line, 0, said]);
  }
});

test.each([
  [
    'id_ed25519',
    'error: id_ed25519 is a private key\n  hint: name the public key, most often id_ed25519.pub\n',
  ],
  ['putty.ppk', 'error: putty.ppk is a private key\n'],
  ['empty.pub', 'error: empty.pub has no key in it\n'],
  ['options.pub', 'error: SSH key 1 has options before the key: give the key alone\n'],
  ['.', 'error: . is a folder\n'],
])('--ssh-key %s is one clear error', async (file, message) => {
  const { status, stderr } = await folder.run('user-data', '--ssh-key', file);
  expect([status, stderr, stderr.match(/error:/g)]).toEqual([
    1,
    expect.stringContaining(message),
    ['error:'],
  ]);
});

test.each(['--merge', '--config'])('%s of a folder is one clear error', async (option) => {
  expect(await folder.run('user-data', option, '.')).toMatchObject({
    status: 1,
    stderr: 'error: . is a folder\n  hint: name a file\n',
  });
});
