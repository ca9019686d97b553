import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mountOverlay, unmountOverlay } from '../../src/lab/overlay.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { CLOUDS } from '../../src/model/clouds/all.ts';
import { TAR } from './images.ts';
import { MAC } from './metadata/clouds.ts';
import { networkdSections } from './networkd-sections.ts';

let folder: string;
let root: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-config-'));
  root = await mountOverlay(await cachedTree(TAR), folder);
  // Python finds no library without it.
  await execa('mount', ['--bind', '/dev', join(root, 'dev')]);
});
afterAll(async () => {
  await execa('umount', [join(root, 'dev')]);
  await unmountOverlay(folder);
  await rm(folder, { recursive: true, force: true });
});

const v2 = (settings: string) =>
  `version: 2\nethernets:\n  eth0: {match: {macaddress: "${MAC}"}, set-name: eth0, ${settings}}\n`;
const v1 = (...subnets: string[]) =>
  `version: 1\nconfig:\n- {type: physical, name: eth0, mac_address: "${MAC}", subnets: [${subnets.join()}]}\n`;
const openstack = (networks: object[], link: object = {}) =>
  JSON.stringify({
    links: [{ id: 'tap1', type: 'bridge', ethernet_mac_address: MAC, ...link }],
    networks: networks.map((network, n) => ({ id: `network${n}`, link: 'tap1', ...network })),
    services: [{ type: 'dns', address: '192.0.2.53' }],
  });

const NAMED = '[Match] Name=eth0';
const CARD = `[Match] PermanentMACAddress=${MAC} Name=eth0`;
const DHCP = '[DHCP] RouteMetric=100 UseMTU=true';
const network = (settings: string) => `[Network] LinkLocalAddressing=ipv6 ${settings}`;
const route = (to: string, via: string) => `[Route] Destination=${to} Gateway=${via} GatewayOnLink=true`;

/** What networkd is to do (systemd.network(5)), from a network configuration in one of cloud-init's kinds. */
const CASES: readonly (readonly [name: string, kind: string, text: string, ...sections: string[]])[] = [
  [
    // https://docs.hetzner.com/robot/dedicated-server/network/net-config-debian-ubuntu/
    'version 2, a gateway outside the net that says so',
    'yaml',
    v2(
      'addresses: [203.0.113.7/32], routes: [{to: 0.0.0.0/0, via: 198.51.100.1, on-link: true}], nameservers: {addresses: [192.0.2.53]}',
    ),
    ...[CARD, network('Address=203.0.113.7/32 DNS=192.0.2.53'), route('0.0.0.0/0', '198.51.100.1')],
  ],
  [
    'version 2, gateways outside the net, as netplan no longer writes them',
    'yaml',
    v2(
      'addresses: [203.0.113.7/32, "2001:db8::7/128"], gateway4: 198.51.100.1, gateway6: "2001:db8:ffff::1"',
    ),
    ...[CARD, network('Address=203.0.113.7/32 Address=2001:db8::7/128')],
    ...[route('0.0.0.0/0', '198.51.100.1'), route('::/0', '2001:db8:ffff::1')],
  ],
  [
    'version 2, default routes called so',
    'yaml',
    v2(
      'addresses: [203.0.113.7/24, "2001:db8::7/64"], routes: [{to: default, via: 203.0.113.1}, {to: default, via: "2001:db8::1"}]',
    ),
    ...[CARD, network('Address=203.0.113.7/24 Address=2001:db8::7/64')],
    ...[route('0.0.0.0/0', '203.0.113.1'), route('::/0', '2001:db8::1')],
  ],
  [
    'version 2, default routes in figures',
    'yaml',
    v2(
      'addresses: [203.0.113.7/24, "2001:db8::7/64"], routes: [{to: 0.0.0.0/0, via: 203.0.113.1}, {to: "::/0", via: "fe80::1"}]',
    ),
    ...[CARD, network('Address=203.0.113.7/24 Address=2001:db8::7/64')],
    ...[route('0.0.0.0/0', '203.0.113.1'), route('::/0', 'fe80::1')],
  ],
  [
    'version 2, DHCP and no more',
    'yaml',
    v2('dhcp4: true'),
    ...[CARD, '[Network] DHCP=ipv4 LinkLocalAddressing=ipv6', DHCP],
  ],
  [
    'version 1, gateways and routes outside the net',
    'yaml',
    v1(
      '{type: static, address: 203.0.113.7/32, gateway: 172.31.1.1, routes: [{network: 10.0.0.0, netmask: 255.0.0.0, gateway: 172.31.1.2}]}',
      '{type: static, address: "2001:db8::7/64", gateway: "fe80::1"}',
    ),
    ...[CARD, network('Address=203.0.113.7/32 Address=2001:db8::7/64'), route('10.0.0.0/8', '172.31.1.2')],
    ...[route('0.0.0.0/0', '172.31.1.1'), route('::/0', 'fe80::1')],
  ],
  [
    // nocloud_network in Cloudinit.pm of qemu-server
    "version 1, Proxmox VE's static",
    'yaml',
    `${v1(
      '{type: static, address: 203.0.113.7, netmask: 255.255.255.0, gateway: 203.0.113.1}',
      '{type: static6, address: "2001:db8::7/64", gateway: "2001:db8::1"}',
    )}- {type: nameserver, address: [192.0.2.53], search: [example.org]}\n`,
    ...[CARD, network('Address=203.0.113.7/24 Address=2001:db8::7/64 DNS=192.0.2.53 Domains=example.org')],
    ...[route('0.0.0.0/0', '203.0.113.1'), route('::/0', '2001:db8::1')],
  ],
  [
    "version 1, Proxmox VE's DHCP and SLAAC",
    'yaml',
    v1('{type: dhcp4}', '{type: ipv6_slaac}'),
    ...[CARD, '[Network] DHCP=yes LinkLocalAddressing=ipv6', DHCP],
  ],
  [
    // doc/cloud-init.md of incus
    "version 1, Incus's and LXD's default, which knows a name only",
    'yaml',
    'version: 1\nconfig:\n- {type: physical, name: eth0, subnets: [{type: dhcp, control: auto}]}\n',
    ...[NAMED, '[Network] DHCP=ipv4 LinkLocalAddressing=ipv6', DHCP],
  ],
  [
    'ENI',
    'eni',
    'auto eth0\niface eth0 inet static\n address 203.0.113.7/24\n gateway 203.0.113.1\n dns-nameservers 192.0.2.53\n',
    ...[NAMED, network('Address=203.0.113.7/24 DNS=192.0.2.53'), route('0.0.0.0/0', '203.0.113.1')],
  ],
  [
    // https://docs.hetzner.com/robot/dedicated-server/network/net-config-debian-ubuntu/
    'ENI, a gateway outside the net',
    'eni',
    `auto eth0\niface eth0 inet static\n hwaddress ${MAC}\n address 203.0.113.7\n netmask 255.255.255.255\n gateway 198.51.100.1\n pointopoint 198.51.100.1\n`,
    ...[CARD, network('Address=203.0.113.7/32'), route('0.0.0.0/0', '198.51.100.1')],
  ],
  [
    // https://docs.openstack.org/nova/latest/user/metadata.html
    "OpenStack's, static",
    'network_data.json',
    openstack(
      [
        {
          ...{ type: 'ipv4', ip_address: '203.0.113.7', netmask: '255.255.255.0' },
          routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '203.0.113.1' }],
        },
      ],
      { mtu: 1450 },
    ),
    ...[CARD, '[Link] MTUBytes=1450', network('Address=203.0.113.7/24 DNS=192.0.2.53')],
    route('0.0.0.0/0', '203.0.113.1'),
  ],
  [
    "OpenStack's, DHCP and SLAAC",
    'network_data.json',
    openstack([{ type: 'ipv4_dhcp' }, { type: 'ipv6_slaac' }]),
    ...[CARD, '[Network] DHCP=yes LinkLocalAddressing=ipv6', DHCP],
  ],
  [
    // https://github.com/canonical/cloud-init/issues/4060
    "OpenStack's, gateways outside the net, as at OVHcloud",
    'network_data.json',
    openstack([
      {
        ...{ type: 'ipv4', ip_address: '203.0.113.7', netmask: '255.255.255.255', gateway: '198.51.100.1' },
        routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '198.51.100.1' }],
      },
      { type: 'ipv6', ip_address: '2001:db8::7/128', gateway: '2001:db8:ffff::1' },
    ]),
    ...[CARD, network('Address=203.0.113.7/32 Address=2001:db8::7/128 IPv6AcceptRA=no DNS=192.0.2.53')],
    ...[route('0.0.0.0/0', '198.51.100.1'), route('::/0', '2001:db8:ffff::1')],
  ],
];

/** As cloud-init does it. */
const RENDER = `
export "$(sed -n 's/^Environment=//p' /etc/systemd/system/cloud-init.service.d/chatmail-image.conf)"
cloud-init devel net-convert -p /opt/in -k "$1" -d / -D debian -O netplan -m "eth0,$2" >/dev/null
netplan generate
cat /run/systemd/network/10-netplan-*.network
`;

test.each(CASES)('%s', async (_, kind, text, ...sections) => {
  await writeFile(join(root, 'opt/in'), text);
  const { stdout } = await execa('chroot', [root, 'sh', '-euc', RENDER, 'sh', kind, MAC]);
  expect(networkdSections(stdout)).toEqual(sections);
});

/** What a machine finds of its network in clouds that `clouds.test.ts` does not have: no datasource is theirs alone. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  // On a drive, in one of these kinds: which it is, their records do not know.
  ...Object.fromEntries(
    ['contabo', 'ionos', 'netcup', 'ovh-vps'].map((cloud) => [
      cloud,
      ['version 1', 'version 2', 'ENI', "OpenStack's"],
    ]),
  ),
  incus: ["version 1, Incus's"],
  // Nothing: `network.test.ts` has such a machine.
  linode: [],
  ovh: ["OpenStack's, gateways outside the net"],
  proxmox: ["version 1, Proxmox VE's static", "version 1, Proxmox VE's DHCP"],
};

test('every cloud is tried, here or with its metadata service', () => {
  const others = CLOUDS.filter(({ cloudInit }) => cloudInit.names.length === 0).map(({ name }) => name);
  expect(Object.keys(FOUND).sort()).toEqual([...others].sort());
  const tried = CASES.map(([name]) => name);
  const missing = Object.values(FOUND)
    .flat()
    .filter((kind) => !tried.some((name) => name.startsWith(kind)));
  expect(missing).toEqual([]);
});
