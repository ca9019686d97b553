import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { unreadUserData } from '../../../src/relay/readiness/unread-user-data.ts';

/** A machine with these files, and a disk of 5 GB. */
const machine = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'unread-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries({ ...drive('vda', 10_000_000), ...files })) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, content);
  }
  return root;
};
const drive = (name: string, sectors: number) => ({ [`/sys/class/block/${name}/size`]: `${sectors}\n` });
const vendor = (name: string) => ({ '/sys/class/dmi/id/sys_vendor': `${name}\n` });
const UDEV = { '/run/udev/control': '' };
/** What ds-identify of cloud-init 22.4.2 notes. */
const noted = (...found: string[]) => ({
  '/run/cloud-init/cloud.cfg': `datasource_list: [ ${[...found, 'None'].join(', ')} ]\n`,
});
const NOTHING_FOUND = {
  '/run/cloud-init/cloud.cfg':
    'di_report:\n  datasource_list: [ None ]\n  # reporting not found result. notfound=disabled.\n',
};

const ofDrive = (name: string) => `although the drive ${name} may contain it: write it again`;
const ofService = (name: string) => `the metadata service of ${name} does not answer: reboot`;

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['a drive labelled cidata', noted('NoCloud'), ofDrive('NoCloud')],
  ['a drive labelled config-2', noted('ConfigDrive', 'OpenStack'), ofDrive('ConfigDrive')],
  ['a CD without a label', { ...NOTHING_FOUND, ...UDEV, ...drive('sr0', 728) }, ofDrive('sr0')],
  ['a small disk without a label', { ...NOTHING_FOUND, ...UDEV, ...drive('sdb', 2048) }, ofDrive('sdb')],
  ['a small NVMe disk', { ...UDEV, ...drive('nvme1n1', 1_032_192) }, ofDrive('nvme1n1')],
  ['a small drive in a cloud', { ...noted('Ec2'), ...UDEV, ...drive('sr0', 728) }, ofDrive('sr0')],
  ['a firmware of Hetzner', noted('Hetzner'), ofService('Hetzner')],
  ['a firmware of EC2', noted('Ec2'), ofService('Ec2')],
  [
    'a firmware of Akamai',
    { ...NOTHING_FOUND, ...UDEV, ...vendor('Akamai') },
    'that of Linode (Akamai): log in',
  ],
  [
    'an older firmware of Linode',
    { ...NOTHING_FOUND, ...UDEV, ...vendor('Linode') },
    'that of Linode (Akamai): log in',
  ],
])('%s: said', (_, files, said) => {
  expect(unreadUserData(undefined, machine(files))).toContain(said);
  expect(unreadUserData('hetzner', machine(files))).toBeUndefined();
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['no cloud-init', {}],
  ['nothing found', { ...NOTHING_FOUND, ...UDEV, ...vendor('QEMU') }],
  ['a firmware that calls itself by a name of JavaScript', { ...UDEV, ...vendor('constructor') }],
  ['an empty CD drive', { ...UDEV, ...drive('sr0', 2_097_151) }],
  ['an empty card reader', { ...UDEV, ...drive('sdb', 0) }],
  [
    'a partition, and memory',
    { ...UDEV, ...drive('vda15', 2048), ...drive('ram0', 2048), ...drive('loop0', 9) },
  ],
  ["a container with its host's drives and firmware", { ...drive('sr0', 728), ...vendor('Akamai') }],
])('%s: nothing to say', (_, files) => {
  expect(unreadUserData(undefined, machine(files))).toBeUndefined();
});
