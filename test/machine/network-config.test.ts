import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mountOverlay, unmountOverlay } from '../../src/lab/overlay.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { TAR } from './images.ts';

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

const MAC = '52:54:00:12:34:56';
const CARD = `{match: {macaddress: "${MAC}"}, set-name: eth0`;
const one = (subnet: string) =>
  `version: 1\nconfig:\n- {type: physical, name: eth0, mac_address: "${MAC}", subnets: [${subnet}]}\n`;

/** What networkd is to do, from a configuration in one of cloud-init's kinds. */
const CASES: readonly (readonly [name: string, kind: string, text: string, ...lines: string[]])[] = [
  [
    'a gateway outside the net',
    'yaml',
    `version: 2\nethernets:\n  eth0: ${CARD}, addresses: [10.0.2.77/32], routes: [{to: 0.0.0.0/0, via: 10.0.2.2, on-link: true}], nameservers: {addresses: [10.0.2.3]}}\n`,
    ...['Address=10.0.2.77/32', 'DNS=10.0.2.3', 'Destination=0.0.0.0/0', 'Gateway=10.0.2.2'],
    'GatewayOnLink=true',
  ],
  [
    'a default route called so',
    'yaml',
    `version: 2\nethernets:\n  eth0: ${CARD}, addresses: [10.0.2.77/24], routes: [{to: default, via: 10.0.2.2}]}\n`,
    ...['Address=10.0.2.77/24', 'Destination=0.0.0.0/0', 'Gateway=10.0.2.2'],
  ],
  [
    'a default route of IPv6',
    'yaml',
    `version: 2\nethernets:\n  eth0: ${CARD}, addresses: [192.0.2.10/24, "2001:db8::10/64"], routes: [{to: "::/0", via: "2001:db8::1"}]}\n`,
    ...['Address=192.0.2.10/24', 'Address=2001:db8::10/64', 'Destination=::/0', 'Gateway=2001:db8::1'],
  ],
  ['DHCP', 'yaml', `version: 2\nethernets:\n  eth0: ${CARD}, dhcp4: true}\n`, 'DHCP=ipv4'],
  [
    'version 1',
    'yaml',
    one('{type: dhcp4}, {type: static, address: "2001:db8::1/64", gateway: "fe80::1"}'),
    ...['DHCP=ipv4', 'Address=2001:db8::1/64', 'Gateway=fe80::1'],
  ],
  [
    'ENI',
    'eni',
    'auto eth0\niface eth0 inet static\n address 203.0.113.7/24\n gateway 203.0.113.1\n dns-nameservers 192.0.2.1\n',
    ...['Address=203.0.113.7/24', 'Gateway=203.0.113.1', 'DNS=192.0.2.1'],
  ],
  [
    "OpenStack's",
    'network_data.json',
    JSON.stringify({
      links: [{ id: 'l', type: 'phy', ethernet_mac_address: MAC, mtu: 1450 }],
      networks: [
        {
          ...{ id: 'n', link: 'l', type: 'ipv4', ip_address: '203.0.113.7', netmask: '255.255.255.0' },
          routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '203.0.113.1' }],
        },
      ],
      services: [{ type: 'dns', address: '192.0.2.1' }],
    }),
    ...['Address=203.0.113.7/24', 'Destination=0.0.0.0/0', 'Gateway=203.0.113.1', 'DNS=192.0.2.1'],
    'MTUBytes=1450',
  ],
];

const RENDER = `
cloud-init devel net-convert -p /opt/in -k "$1" -d /opt/out -D debian -O netplan -m "eth0,$2" >/dev/null
netplan generate --root-dir /opt/out
cat /opt/out/run/systemd/network/10-netplan-eth0.network
rm -r /opt/out
`;

test.each(CASES)(
  "cloud-init and netplan make networkd's files of %s (%s)",
  async (_, kind, text, ...lines) => {
    await writeFile(join(root, 'opt/in'), text);
    const { stdout } = await execa('chroot', [root, 'sh', '-euc', RENDER, 'sh', kind, MAC]);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(lines));
  },
);
