import { expect, test } from 'vitest';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { settingsInCloud } from './cloud-machine.ts';
import { TAR } from './images.ts';
import { type Given, MACHINES, PUBLIC } from './metadata/clouds.ts';

const TAGS = { chatmail_mail_domain: 'tag.example.org', unrelated: 'x' };
const USER_DATA = '#cloud-config\nchatmail:\n  max_load_1m: 9\n';
const IN_FILE =
  '#cloud-config\nwrite_files:\n  - path: /etc/chatmail/chatmail.yaml\n    content: |\n      max_load_1m: 9\n';

/** What cloud-init merges: the text as it was written says little of its meaning. */
const archive = (settings: string) =>
  `#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    chatmail:\n      ${settings}\n`;
const patch = (settings: object) =>
  `#cloud-config-jsonp\n${JSON.stringify([{ op: 'add', path: '/chatmail', value: settings }])}\n`;
const FROM_VENDOR = 'delete_mails_after: 20 -> 30 (vendor-data)';

/** What each cloud is given, and the name of the relay and its source that follow. */
type Case = [cloud: string, given: Partial<Given>, name: string, source: string, ...more: string[]];
const CASES: Case[] = [
  [
    'aws',
    { tags: TAGS, hostName: 'ip-10-0-0-4.eu-central-1.compute.internal' },
    TAGS.chatmail_mail_domain,
    'instance metadata',
  ],
  ['azure', { tags: TAGS }, TAGS.chatmail_mail_domain, 'instance metadata'],
  ['aws', { isGzip: true }, 'name.example.org', 'host name'],
  ['configdrive', { tags: TAGS }, TAGS.chatmail_mail_domain, 'instance metadata'],
  ['configdrive', { userData: IN_FILE, isGzip: true }, 'name.example.org', 'host name'],
  ['digitalocean', {}, 'name.example.org', 'host name', FROM_VENDOR],
  [
    'digitalocean',
    { userData: archive('max_load_1m: 9'), vendorData: archive('delete_mails_after: 30') },
    ...(['name.example.org', 'host name', FROM_VENDOR] as const),
  ],
  [
    'digitalocean',
    { userData: patch({ max_load_1m: 9 }), vendorData: patch({ delete_mails_after: 30, max_load_1m: 8 }) },
    ...(['name.example.org', 'host name', FROM_VENDOR] as const),
  ],
  [
    'digitalocean',
    { userData: `\n\n#Cloud-Configuration\nvendor_data: {enabled: false}\nchatmail: {max_load_1m: 9}\n` },
    ...(['name.example.org', 'host name'] as const),
  ],
  ['exoscale', { userData: IN_FILE }, 'name.example.org', 'host name'],
  ['exoscale', { userData: IN_FILE, isGzip: true }, 'name.example.org', 'host name'],
  [
    'gce',
    { tags: TAGS, hostName: 'vm.europe-west3-a.c.project.internal' },
    TAGS.chatmail_mail_domain,
    'instance metadata',
  ],
  ['gce', { hostName: 'vm.europe-west3-a.c.project.internal' }, PUBLIC, 'IPv4 address'],
  ['hetzner', { userData: IN_FILE }, 'name.example.org', 'host name'],
  ['nocloud', { tags: TAGS, hostName: 'vm' }, TAGS.chatmail_mail_domain, 'instance metadata'],
  ['openstack', { hostName: 'vm.novalocal' }, PUBLIC, 'IPv4 address'],
  ['openstack', { userData: IN_FILE, isGzip: true }, 'name.example.org', 'host name'],
  ['oracle', { tags: TAGS, hostName: 'vm' }, TAGS.chatmail_mail_domain, 'instance metadata'],
  ['scaleway', { tags: TAGS, hostName: 'vm' }, TAGS.chatmail_mail_domain, 'instance metadata'],
  ['upcloud', {}, 'name.example.org', 'host name'],
  ['vultr', { hostName: 'vm' }, PUBLIC, 'IPv4 address'],
];
/** No service tells these of the public address that their network gives the machine. */
const WITHOUT_ADDRESS = ['nocloud', 'oracle'];

test.each(CASES)('%s, given %j: %s from %s', async (cloud, given, name, source, ...more) => {
  const machine = MACHINES[cloud]?.({
    userData: USER_DATA,
    tags: {},
    hostName: 'name.example.org',
    ...given,
  });
  if (!machine) throw new Error(`there is no cloud ${cloud}`);
  const address = WITHOUT_ADDRESS.includes(cloud) ? '10.0.0.4' : PUBLIC;
  // cloud-init keeps what was compressed in its own form only, where lines are no longer the user's.
  const place = given.isGzip && given.userData ? '/etc/chatmail/chatmail.yaml in user-data' : 'user-data';
  expect(await settingsInCloud(await cachedTree(TAR), machine)).toEqual([
    `cloud: ${cloud}`,
    `address: ${address}`,
    `mail_domain: unset -> "${name}" (${source})`,
    ...more,
    `max_load_1m: 5 -> 9 (${place})`,
  ]);
});

test('every cloud is tried', () => {
  expect([...new Set(CASES.map(([cloud]) => cloud))].sort()).toEqual(Object.keys(MACHINES).sort());
});
