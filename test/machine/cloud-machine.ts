import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { transform } from 'esbuild';
import { execa } from 'execa';
import { mountOverlay, unmountOverlay } from '../../src/lab/overlay.ts';
import { ownedName } from '../../src/lab/owner.ts';
import { placeFile } from '../../src/lab/place-file.ts';
import { run } from '../../src/program/run.ts';
import { type CloudMachine, MAC, SECOND_MAC } from './metadata/clouds.ts';
import { networkdSections } from './networkd-sections.ts';

/**
 * cloud-init's stages up to the one in which a relay is configured, as systemd starts them, and then ours. Between
 * the first two the network comes up.
 */
const STAGES = `
/usr/lib/cloud-init/ds-identify
export "$(sed -n 's/^Environment=//p' /etc/systemd/system/cloud-init.service.d/chatmail-image.conf)"
cloud-init init --local
ip link set eth0 up
ip address replace "$1" dev eth0
ip route replace default via "$2" dev eth0 onlink metric 1024
cloud-init init
echo ===
chatmail configure --dry-run
echo ===
cat /run/systemd/network/10-netplan-*.network
`;

/**
 * Runs the stages as a machine would: with file systems, processes and firmware of its own. A container is none
 * to cloud-init's datasources: they look for a hypervisor, and for the firmware's strings where the kernel shows
 * them. And its network card is one that a firmware knows.
 */
const MACHINE = `
set -eu
cd "$1"
mount --make-rprivate /
mount -t proc proc proc
mount -t sysfs sys sys
mount -t tmpfs tmpfs run
mount --rbind /dev dev
mount -t tmpfs tmpfs sys/class
mkdir -p sys/class/net sys/class/block sys/class/dmi/id
for interface in lo eth0 eth1; do
  mkdir "sys/class/net/$interface"
  ln -s "/sys/devices/virtual/net/$interface/"* "sys/class/net/$interface/"
done
mkdir sys/class/net/eth0/device sys/class/net/eth1/device
cp run-dmi/* sys/class/dmi/id/
exec chroot . sh -euc "$2" sh "$3" "$4"
`;

const SERVE = new URL('metadata/serve.ts', import.meta.url);

/** A datasource that does not find its service tries again for minutes. */
const PATIENCE_MS = 60_000;

const HYPERVISOR = '#!/bin/sh\ncase "$*" in *--container*|*-c*) exit 1 ;; esac\necho kvm\n';

const networkOf = (address: string) => {
  const [ip = '', length = ''] = address.split('/');
  const base = ip.replace(/\d+$/, '');
  return { ip, length, cloud: `${base}1`, range: `${base}0` };
};

/** Joins two new network namespaces: the cloud with its metadata services and DHCP, and the machine. */
const connect = async (name: string, { interface: address, services }: CloudMachine): Promise<void> => {
  const [cloud, machine] = [`${name}c`, `${name}m`];
  const { length, cloud: gateway } = networkOf(address);
  for (const namespace of [cloud, machine]) {
    await run(['ip', 'netns', 'add', namespace]);
    await run(['ip', '-netns', namespace, 'link', 'set', 'lo', 'up']);
  }
  for (const [n, mac] of [MAC, SECOND_MAC].entries()) {
    const link = ['type', 'veth', 'peer', 'name', `cloud${n}`, 'netns', cloud];
    await run(['ip', '-netns', machine, 'link', 'add', `eth${n}`, 'address', mac, ...link]);
  }
  await run(['ip', '-netns', cloud, 'address', 'add', `${gateway}/${length}`, 'dev', 'cloud0']);
  await run(['ip', '-netns', cloud, 'link', 'set', 'cloud0', 'up']);
  for (const { address: service } of services.filter(({ port }) => port === undefined))
    await run(['ip', '-netns', cloud, 'address', 'add', `${service}/32`, 'dev', 'lo']);
  // For a machine that gives itself a link-local address to ask from (DigitalOcean).
  await run(['ip', '-netns', cloud, 'route', 'add', '169.254.0.0/16', 'dev', 'cloud0']);
};

/** The metadata services as JavaScript: they are a process of their own, and Node 20 takes no TypeScript. */
const metadataProgram = async (): Promise<string> => {
  const { code } = await transform(await readFile(SERVE, 'utf8'), { loader: 'ts' });
  return code;
};

const startServices = async (name: string, { services, interface: address }: CloudMachine) => {
  const { ip, cloud } = networkOf(address);
  const inCloud = ['netns', 'exec', `${name}c`];
  const program = await metadataProgram();
  const metadata = spawn('ip', [...inCloud, 'node', '--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  metadata.stdin.end(JSON.stringify(services));
  await once(createInterface(metadata.stdout), 'line');
  const dhcp = spawn(
    'ip',
    [
      ...inCloud,
      ...[
        'dnsmasq',
        '--keep-in-foreground',
        '--conf-file=/dev/null',
        '--port=0',
        '--user=root',
        '--pid-file=',
      ],
      ...[
        '--interface=cloud0',
        '--leasefile-ro',
        '--no-ping',
        `--dhcp-range=${ip},${ip}`,
        `--dhcp-option=3,${cloud}`,
        // RFC 3442
        `--dhcp-option=121,169.254.169.254/32,${cloud},0.0.0.0/0,${cloud}`,
      ],
    ],
    { stdio: 'ignore' },
  );
  return async () => {
    for (const process of [metadata, dhcp]) {
      process.kill('SIGTERM');
      if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    }
  };
};

interface Found {
  /** What `chatmail configure --dry-run` says: the cloud, the address, and each setting with its source. */
  readonly settings: string[];
  /** What networkd is to do, by `networkdSections`. */
  readonly network: string[];
}

/** Starts a machine of that cloud from a tree, and lets it find out where it is. */
export const foundInCloud = async (tree: string, machine: CloudMachine): Promise<Found> => {
  const { ip, cloud: gateway } = networkOf(machine.interface);
  const name = ownedName();
  const folder = await mkdtemp(join(tmpdir(), 'cloud-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    undo.push(() => unmountOverlay(folder));
    const root = await mountOverlay(tree, folder);
    await mkdir(join(root, 'run-dmi'));
    for (const [field, text] of Object.entries(machine.dmi))
      await placeFile(root, `/run-dmi/${field}`, `${text}\n`);
    for (const [path, content] of Object.entries(machine.files ?? {})) await placeFile(root, path, content);
    await rm(join(root, 'usr/bin/systemd-detect-virt'));
    await placeFile(root, '/usr/bin/systemd-detect-virt', HYPERVISOR);
    await run(['chmod', '755', join(root, 'usr/bin/systemd-detect-virt')]);
    undo.push(
      () => run(['ip', 'netns', 'delete', `${name}c`]),
      () => run(['ip', 'netns', 'delete', `${name}m`]),
    );
    await connect(name, machine);
    undo.push(await startServices(name, machine));
    const unshare = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--uts'];
    const inMachine = ['netns', 'exec', `${name}m`, ...unshare];
    const { all, exitCode } = await execa(
      'ip',
      [...inMachine, 'sh', '-c', MACHINE, 'sh', root, STAGES, ip, gateway],
      {
        all: true,
        reject: false,
        stdin: 'ignore',
        timeout: PATIENCE_MS,
      },
    );
    const [, settings, network] = all.split('\n===\n');
    if (exitCode !== 0 || settings === undefined || network === undefined)
      throw new Error(`exit status ${exitCode}\n${all}`);
    return { settings: settings.trim().split('\n'), network: networkdSections(network) };
  } finally {
    for (const step of undo.reverse()) await step().catch(() => undefined);
  }
};
