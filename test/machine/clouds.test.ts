import { expect, test } from 'vitest';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { CLOUDS } from '../../src/model/clouds/all.ts';
import { foundInCloud } from './cloud-machine.ts';
import { TAR } from './images.ts';
import { type Given, INCLUDED, MAC, MACHINES, PUBLIC, SECOND_MAC } from './metadata/clouds.ts';

const TAGS = { chatmail_mail_domain: 'tag.example.org', unrelated: 'x' };
const USER_DATA = '#cloud-config\nchatmail:\n  max_load_1m: 9\n';
const IN_FILE =
  '#cloud-config\nwrite_files:\n  - path: /etc/chatmail/chatmail.yaml\n    content: |\n      max_load_1m: 9\n';

/** What cloud-init merges: the text as it was written says little of its meaning. */
const archive = (settings: string) =>
  `#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    chatmail:\n      ${settings}\n`;
const patch = (settings: object) =>
  `#cloud-config-jsonp\n${JSON.stringify([{ op: 'add', path: '/chatmail', value: settings }])}\n`;
/** Each kind of part, the later one stronger, and at last the one that counts. */
const MIME = `Content-Type: multipart/mixed; boundary="x"
MIME-Version: 1.0

--x
Content-Type: text/cloud-config

chatmail: {max_load_1m: 6}
--x
Content-Type: text/plain

#include ${INCLUDED}
--x
Content-Type: text/x-shellscript

#!/bin/sh
# chatmail: {max_load_1m: 7}
--x
Content-Type: text/jinja2
Merge-Type: dict(recurse_dict)+list()+str()

## template: jinja
#cloud-config
chatmail: {max_load_1m: 8, delete_mails_after: {{ 6 * 7 }}}
--x--
`;
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
  [
    'digitalocean',
    { userData: MIME, included: archive('max_load_1m: 9') },
    ...(['name.example.org', 'host name', 'delete_mails_after: 20 -> 42 (user-data)'] as const),
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
  [
    'openstack',
    { hostName: 'vm.novalocal', vendorData: archive('delete_mails_after: 30') },
    ...([PUBLIC, 'IPv4 address', 'delete_mails_after: 20 -> 30 (vendor-data2)'] as const),
  ],
  ['openstack', { userData: IN_FILE, isGzip: true }, 'name.example.org', 'host name'],
  ['oracle', { tags: TAGS, hostName: 'vm' }, TAGS.chatmail_mail_domain, 'instance metadata'],
  ['scaleway', { tags: TAGS, hostName: 'vm' }, TAGS.chatmail_mail_domain, 'instance metadata'],
  ['upcloud', {}, 'name.example.org', 'host name'],
  ['vultr', { hostName: 'vm' }, PUBLIC, 'IPv4 address'],
];
const DHCP = '[DHCP] RouteMetric=100 UseMTU=true';
const [FIRST, SECOND] = [MAC, SECOND_MAC].map((mac, n) => `[Match] PermanentMACAddress=${mac} Name=eth${n}`);
const route = (to: string, via: string) => `[Route] Destination=${to} Gateway=${via} GatewayOnLink=true`;
const BY_DHCP = [FIRST, '[Network] DHCP=ipv4 LinkLocalAddressing=ipv6', DHCP];
const BY_DHCP_OF_BOTH = [FIRST, '[Network] DHCP=yes LinkLocalAddressing=ipv6', DHCP];
const BY_OPENSTACK = [
  ...[FIRST, '[Link] MTUBytes=1450'],
  '[Network] DHCP=ipv4 LinkLocalAddressing=ipv6 Address=2001:db8::7/64 IPv6AcceptRA=no DNS=192.0.2.53',
  ...[route('::/0', '2001:db8::1'), DHCP],
  ...[
    SECOND,
    '[Link] MTUBytes=1450',
    '[Network] LinkLocalAddressing=ipv6 Address=10.1.0.4/24 DNS=192.0.2.53',
  ],
  route('10.0.0.0/8', '10.1.0.1'),
];

/**
 * What networkd is told of each cloud's network (systemd.network(5)). Routers announce themselves wherever it is not
 * told to ignore them, and say whether there is DHCP for IPv6.
 */
const NETWORKS: Readonly<Record<string, readonly unknown[]>> = {
  aws: BY_DHCP_OF_BOTH,
  azure: BY_DHCP_OF_BOTH,
  configdrive: BY_OPENSTACK,
  digitalocean: [
    FIRST,
    '[Network] LinkLocalAddressing=ipv6 Address=198.51.100.7/24 Address=10.19.0.5/16 Address=2001:DB8::7/64 DNS=192.0.2.53',
    ...[route('0.0.0.0/0', '198.51.100.1'), route('::/0', '2001:DB8::1')],
    ...[SECOND, '[Network] LinkLocalAddressing=ipv6 Address=10.114.0.2/20 DNS=192.0.2.53'],
  ],
  exoscale: BY_DHCP,
  gce: BY_DHCP,
  hetzner: [
    FIRST,
    '[Network] DHCP=ipv4 LinkLocalAddressing=ipv6 Address=2001:db8::1/64 DNS=2001:db8::53',
    ...[route('::/0', 'fe80::1'), DHCP],
  ],
  nocloud: BY_DHCP,
  openstack: BY_OPENSTACK,
  oracle: [FIRST, '[Link] MTUBytes=9000', '[Network] DHCP=ipv4 LinkLocalAddressing=ipv6', DHCP],
  scaleway: [
    ...['[Match] Name=eth0', '[Network] DHCP=ipv4 LinkLocalAddressing=ipv6 Address=2001:db8::7/64'],
    ...[route('::/0', '2001:db8::'), DHCP],
  ],
  upcloud: [...BY_DHCP, SECOND, '[Network] DHCP=ipv6 LinkLocalAddressing=ipv6', DHCP],
  vultr: [
    ...[FIRST, '[Network] DHCP=yes LinkLocalAddressing=ipv6 IPv6AcceptRA=yes', DHCP, SECOND],
    '[Network] LinkLocalAddressing=ipv6 Address=10.1.96.3/20 DNS=108.61.10.10 DNS=2001:19f0:300:1704::6',
  ],
};

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
  expect(await foundInCloud(await cachedTree(TAR), machine)).toEqual({
    settings: [
      `cloud: ${cloud}`,
      `address: ${address}`,
      `mail_domain: unset -> "${name}" (${source})`,
      ...more,
      `max_load_1m: 5 -> 9 (${place})`,
    ],
    network: NETWORKS[cloud],
  });
});

test('a cloud whose metadata service does not answer: said', async () => {
  const machine = MACHINES.hetzner?.({ userData: USER_DATA, tags: {}, hostName: 'name.example.org' });
  if (!machine) throw new Error('there is no such cloud');
  const files = { '/etc/cloud/cloud.cfg.d/99-once.cfg': 'datasource: {Hetzner: {retries: 0, timeout: 1}}\n' };
  const { settings } = await foundInCloud(await cachedTree(TAR), { ...machine, services: [], files });
  expect(settings[0]).toContain(
    'no user-data was read, because the metadata service of Hetzner does not answer',
  );
});

test('every cloud is tried', () => {
  const tried = [...new Set(CASES.map(([cloud]) => cloud))].sort();
  expect(tried).toEqual(CLOUDS.flatMap(({ cloudInit }) => cloudInit.names).sort());
  expect(tried).toEqual(Object.keys(MACHINES).sort());
});
