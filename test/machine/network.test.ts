import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OVERLAY } from '../../src/image/tree.ts';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { ownedName } from '../../src/lab/owner.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { SEED_FOLDER } from '../../src/lab/seed.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { run as runHere } from '../../src/program/run.ts';
import { TAR } from './images.ts';
import { type Relay, run, shell } from './relay.ts';

const WAIT_ONLINE = '/lib/systemd/systemd-networkd-wait-online';

/** Two network namespaces, of a provider and of its machine, with a cable for each of the machine's cards. */
const connect = async (cards: readonly string[], atProvider: readonly string[]) => {
  const provider = ownedName();
  const namespace = `${provider}m`;
  for (const name of [provider, namespace]) {
    await runHere(['ip', 'netns', 'add', name]);
    await runHere(['ip', '-netns', name, 'link', 'set', 'lo', 'up']);
  }
  for (const [n, card] of cards.entries()) {
    const peer = ['type', 'veth', 'peer', 'name', `port${n}`, 'netns', provider];
    await runHere(['ip', '-netns', namespace, 'link', 'add', card, ...peer]);
  }
  for (const step of atProvider) await runHere(['ip', '-netns', provider, ...step.split(' ')]);
  const remove = async () => {
    for (const name of [provider, namespace]) await execa('ip', ['netns', 'delete', name], { reject: false });
  };
  return { provider, namespace, networkFile: '', remove };
};
type Connection = Awaited<ReturnType<typeof connect>>;

const relayOf = ({ address, exec = [] }: Machine): Relay => ({
  ...{ state: 'ready', address, domain: address, ports: SERVICE_PORTS, exec },
});

describe('a machine with one static address of each family, and a second card', () => {
  /** Gateways outside the net of the address, as Hetzner's. */
  const NETWORK_CONFIG = `version: 1
config:
- type: physical
  name: host0
  subnets:
  - {type: static, address: 203.0.113.7/32, gateway: 172.31.1.1, dns_nameservers: [192.0.2.53]}
  - {type: static, address: "2001:db8::7/64", gateway: "fe80::1"}
- type: physical
  name: host1
  subnets:
  - {type: dhcp}
`;
  let connection: Connection;
  let machine: Machine;
  beforeAll(async () => {
    // Hosts that are reached through the gateways, on its loopback interface. The second cable's other end is loose.
    connection = await connect(
      ['host0', 'host1'],
      [
        ...['link set port0 up', 'address add 172.31.1.1/32 dev port0'],
        ...['address add fe80::1/64 dev port0 nodad', 'route add 203.0.113.7 dev port0'],
        ...['route add 2001:db8::/64 dev port0', 'address add 198.51.100.1/32 dev lo'],
        'address add 2001:db8:ffff::1/128 dev lo',
      ],
    );
    machine = await bootContainer({
      tree: await cachedTree(TAR),
      userData: Buffer.from('#cloud-config\nchatmail:\n  mail_domain: _relay.test\n'),
      files: { [`${SEED_FOLDER}/network-config`]: NETWORK_CONFIG },
      network: { ...connection, address: '203.0.113.7' },
    });
  });
  afterAll(async () => {
    await machine?.remove();
    await connection?.remove();
  });
  const sh = (script: string) => shell(relayOf(machine), script);
  const routes = async () => {
    await sh(`${WAIT_ONLINE} --interface=host0:routable --timeout=60`);
    return (await sh('ip -4 route; ip -6 route show default')).split('\n').map((line) => line.trim());
  };
  const ROUTES = [
    'default via 172.31.1.1 dev host0 proto static onlink',
    expect.stringMatching(/^default via fe80::1 dev host0 proto static .*onlink/),
  ];

  test('reaches what is behind the gateways', async () => {
    expect(await routes()).toEqual(ROUTES);
    for (const host of ['172.31.1.1', 'fe80::1%host0', '198.51.100.1', '2001:db8:ffff::1'])
      await sh(`ping -c 1 -W 10 ${host}`);
  });

  test('is not held up by the second card, which has no link', async () => {
    // The unit's own command: in a container it is not started.
    const command = "systemctl cat systemd-networkd-wait-online | sed -n 's/^ExecStart=//p' | tail -n 1";
    expect((await run(relayOf(machine), 'sh', '-c', await sh(command))).exitCode).toBe(0);
    expect(await sh('networkctl --no-legend list host1')).toMatch(/ether +no-carrier +configuring/);
    // As it would be by Debian's.
    expect((await run(relayOf(machine), WAIT_ONLINE, '--timeout=1')).exitCode).toBe(1);
  });

  test('resolves names by itself, and does not ask the resolver of its network', async () => {
    expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready' });
    expect(await sh('cat /etc/resolv.conf')).toBe('nameserver 127.0.0.1\noptions edns0 trust-ad');
    // unbound answers this by itself (RFC 6761 §6.3).
    const resolve =
      'require("dns").resolve4("localhost", (error, found) => console.log(String(error ?? found)))';
    expect(await sh(`node -e '${resolve}'`)).toBe('127.0.0.1');
  });

  test('keeps its routes when netplan makes the files again, and at the next boot', async () => {
    await sh('netplan generate');
    const file = '/run/systemd/network/10-netplan-host0.network';
    expect(await sh(`grep --count GatewayOnLink=true ${file}`)).toBe('2');
    await machine.stop();
    await machine.boot();
    expect(await routes()).toEqual(ROUTES);
  });
});

test('without network data every card gets addresses by DHCP and router advertisements, whatever its name', async () => {
  const NAMES = ['eth0', 'ens3', 'enp1s0', 'ens192'];
  const path = 'etc/systemd/network/90-chatmail-image.network';
  const ports = NAMES.map((_, n) => [`link set port${n} master lan`, `link set port${n} up`]);
  const connection = await connect(NAMES, [
    ...['link add lan type bridge forward_delay 0', 'address add 192.0.2.1/24 dev lan'],
    ...['address add 172.31.1.1/32 dev lan', 'address add 2001:db8:77::1/64 dev lan nodad'],
    ...['link set lan up', ...ports.flat()],
  ]);
  // One address and a gateway outside its net, as Hetzner's DHCP has it.
  const ipv4 = ['--dhcp-option=option:netmask,255.255.255.255', '--dhcp-option=option:router,172.31.1.1'];
  const ranges = ['--dhcp-range=192.0.2.10,192.0.2.99', '--dhcp-range=2001:db8:77::,ra-only', '--enable-ra'];
  const dnsmasq = spawn(
    'ip',
    [
      ...['netns', 'exec', connection.provider, 'dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null'],
      ...['--port=0', '--user=root', '--pid-file=', '--interface=lan', '--leasefile-ro', ...ranges, ...ipv4],
    ],
    { stdio: 'ignore' },
  );
  let machine: Machine | undefined;
  try {
    machine = await bootContainer({
      tree: await cachedTree(TAR),
      // A container's cards are virtual ones, which are left to its host otherwise.
      files: { [`/${path}`]: (await readFile(join(OVERLAY, path), 'utf8')).replace('Kind=!*\n', '') },
      network: { ...connection, address: '192.0.2.2' },
    });
    for (const name of NAMES) {
      const online = ['--ipv4', '--ipv6', '--timeout=60', `--interface=${name}:routable`];
      await shell(relayOf(machine), `${WAIT_ONLINE} ${online.join(' ')}`);
      expect(await shell(relayOf(machine), `ip -brief address show scope global dev ${name}`)).toMatch(
        / 192\.0\.2\.\d+\/32 .*2001:db8:77:.*\/64/,
      );
      expect(await shell(relayOf(machine), `ip route show default dev ${name}`)).toMatch(
        /via 172\.31\.1\.1 /,
      );
    }
    expect(await shell(relayOf(machine), 'cat /etc/resolv.conf')).toContain('nameserver 127.0.0.1\n');
  } finally {
    await machine?.remove();
    dnsmasq.kill();
    if (dnsmasq.exitCode === null) await once(dnsmasq, 'exit');
    await connection.remove();
  }
});
