import { mkdir } from 'node:fs/promises';
import { freeLinks } from '../../src/lab/address.ts';
import { claim, type Network, routes } from '../../src/lab/network.ts';
import { ownedName } from '../../src/lab/owner.ts';
import { run } from '../../src/program/run.ts';

/** One network that all of a small internet's machines are in, and this computer too. */
export interface Exchange {
  /** Network namespace of the name server and the like. */
  readonly namespace: string;
  /** This computer's address in it, and that of what runs in the namespace. */
  readonly host: string;
  readonly core: string;
  /** The first three numbers of every address. */
  readonly prefix: string;
  /** This computer's other address. */
  readonly host6: string;
  /** Connects one more machine, at `prefix.number` and `ipv6Of(number)`, as far as it has the protocols. */
  connect(number: number, protocols?: Protocols): Promise<Network & { ipv6?: string }>;
  ipv6Of(number: number): string;
  remove(): Promise<void>;
}

/** What a machine speaks. `ipv4 only`: its kernel was told to have no IPv6 addresses, not even of its own. */
export type Protocols = 'ipv4' | 'ipv6' | 'both' | 'ipv4 only';

const ip = (...args: string[]): Promise<string> => run(['ip', ...args]);

/** The lab's links in a network of 256 addresses. */
const LINKS = 64;

/** The first three numbers of networks in which no machine of the lab has an address. */
const freeNetworks = async (): Promise<string[]> => {
  const free = new Map<string, number>();
  for (const { host } of freeLinks(await routes(), process.pid * LINKS)) {
    const prefix = host.replace(/\.\d+$/, '');
    free.set(prefix, (free.get(prefix) ?? 0) + 1);
  }
  return [...free].filter(([, count]) => count === LINKS).map(([prefix]) => prefix);
};

/** Takes a free network, with this computer's address in it. */
const takeNetwork = async (namespace: string): Promise<{ prefix: string; id: number }> => {
  for (const prefix of await freeNetworks()) {
    const id = Number(prefix.split('.')[2]);
    if (await claim(`cmnet${id}`, 'uplink', `${prefix}.1/24`, namespace)) return { prefix, id };
  }
  throw new Error('no free network for a small internet');
};

const networkFile = (addresses: readonly string[], gateways: readonly string[]): string => `[Match]
Name=host0

[Network]
${addresses.map((address) => `Address=${address}\n`).join('')}${gateways.map((gateway) => `Gateway=${gateway}\n`).join('')}DHCP=no
IPv6AcceptRA=no
LinkLocalAddressing=no
IPv6DuplicateAddressDetection=0
`;

/** Everything hangs on the namespace: with it all interfaces go. */
export const makeExchange = async (): Promise<Exchange> => {
  await mkdir('/run/netns', { recursive: true });
  const namespace = ownedName();
  const made = [namespace];
  const inside = (text: string) => ip('-netns', namespace, ...text.split(' '));
  const remove = async (): Promise<void> => {
    for (const name of made.splice(0)) await ip('netns', 'delete', name);
  };
  await ip('netns', 'add', namespace);
  try {
    const { prefix, id } = await takeNetwork(namespace);
    const ipv6Of = (number: number): string => `2001:db8:219:${id.toString(16)}::${number.toString(16)}`;
    await ip('address', 'add', `${ipv6Of(1)}/64`, 'dev', `cmnet${id}`, 'nodad');
    await inside('link set lo up');
    await inside('link add exchange type bridge forward_delay 0');
    await inside('link set uplink master exchange up');
    await inside(`address add ${prefix}.2/24 dev exchange`);
    await inside(`address add ${ipv6Of(2)}/64 dev exchange nodad`);
    await inside('link set exchange up');
    return {
      namespace,
      host: `${prefix}.1`,
      host6: ipv6Of(1),
      core: `${prefix}.2`,
      prefix,
      ipv6Of,
      connect: async (number, protocols = 'ipv4') => {
        const name = ownedName();
        await ip('netns', 'add', name);
        made.unshift(name);
        await ip('-netns', name, 'link', 'set', 'lo', 'up');
        await inside(`link add port${number} type veth peer name host0 netns ${name}`);
        await inside(`link set port${number} master exchange up`);
        if (protocols === 'ipv4 only')
          await ip('netns', 'exec', name, 'sysctl', '--quiet', '--write', 'net.ipv6.conf.all.disable_ipv6=1');
        const ipv4 = `${prefix}.${number}`;
        const ipv6 = ipv6Of(number);
        const [has4, has6] = [protocols !== 'ipv6', /ipv6|both/.test(protocols)];
        return {
          namespace: name,
          address: has4 ? ipv4 : ipv6,
          ...(has6 && { ipv6 }),
          networkFile: networkFile(
            [...(has4 ? [`${ipv4}/24`] : []), ...(has6 ? [`${ipv6}/64`] : [])],
            has4 ? [`${prefix}.1`] : [],
          ),
          remove: () => Promise.resolve(),
        };
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
};
