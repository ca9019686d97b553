import { afterEach, beforeEach, expect, test } from 'vitest';
import { inFolder } from '../cli-in-folder.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEJEDOhOWzRv7UfyrSoE6SSvMpWzNvC6dDaXVNEDNTD1';

let folder: Awaited<ReturnType<typeof inFolder>>;
beforeEach(async () => {
  folder = await inFolder({
    'chatmail.yaml': 'mail_domain: _chat.example.org\n',
    'bad.yaml': 'max_load_1m: x\n',
    'key.pub': `# mine\n${KEY}\n\n`,
    'extra.yaml': '#cloud-config\ntimezone: UTC\n',
    'bad-extra.yaml': '#cloud-config\nhostname: other\n',
    'relay.deb': 'a package',
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
    ['bootcmd:\n- |\n', 'get nodejs\n'],
  ],
  [['--base', 'debian', '--script'], ['#!/bin/sh\nmkdir -p /etc/chatmail\n']],
  [
    [
      '--base',
      'debian',
      '--provider',
      'ec2',
      '--package-url',
      'https://example.org/r.deb',
      '--package',
      'relay.deb',
    ],
    [`download-file 'https://example.org/r.deb' relay.deb SHA256:`],
  ],
  [['--list-providers'], ['hetzner: Hetzner Cloud\n', 'not confirmed']],
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
  [['--base', 'ubuntu'], 2, ['--base is image or debian, not `ubuntu`']],
  [['--provider', 'hetzer'], 2, ['nothing is known of the provider `hetzer`', 'hetzner']],
  [
    ['--base', 'debian', '--provider', 'ec2'],
    1,
    ['more than the 16384 that Amazon EC2 takes', 'package URL'],
  ],
  [['--base', 'debian', '--provider', 'linode'], 1, ['gets no user-data', '--script']],
  [['--hostname', 'a', '--merge', 'bad-extra.yaml'], 1, ['bad-extra.yaml:2:1: hostname is set here']],
  [
    ['--base', 'debian', '--package-url', 'https://x/y'],
    1,
    ['cannot be read', '`chatmail-image package` builds it'],
  ],
  [['--mirror', 'http://example.org/debian'], 1, ['stock Debian']],
])('user-data %j is refused', async (args, status, parts) => {
  const result = await folder.run('user-data', ...args);
  expect(result).toMatchObject({ status, stdout: '' });
  for (const part of parts) expect(result.stderr).toContain(part);
});
