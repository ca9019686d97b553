import { mkdir } from 'node:fs/promises';
import { freeLinks } from '../../src/lab/address.ts';
import type { Network } from '../../src/lab/network.ts';
import { ownedName } from '../../src/lab/owner.ts';
import { run } from '../../src/lab/run.ts';

/** One network that all of a small internet's machines are in, and this computer too. */
export interface Exchange {
  /** Network namespace of the name server and the like. */
  readonly namespace: string;
  /** This computer's address in it, and that of what runs in the namespace. */
  readonly host: string;
  readonly core: string;
  /** The first three numbers of every address. */
  readonly prefix: string;
  /** Connects one more machine, at `prefix.number` and, with `isIpv6`, `ipv6Of(number)`. */
  connect(number: number, isIpv6?: boolean): Promise<Network & { ipv6?: string }>;
  ipv6Of(number: number): string;
  remove(): Promise<void>;
}

const ip = (...args: string[]): Promise<string> => run(['ip', ...args]);

/** Destinations that this computer has routes to already. */
const routes = async (): Promise<string[]> =>
  (JSON.parse((await ip('-json', '-4', 'route', 'show', 'table', 'all')) || '[]') as { dst?: string }[]).map(
    ({ dst }) => dst ?? '',
  );

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

/** Takes a network by the name of an interface: of two who want the same one is refused. */
const takeNetwork = async (namespace: string): Promise<{ prefix: string; id: number }> => {
  for (const prefix of await freeNetworks()) {
    const id = Number(prefix.split('.')[2]);
    try {
      await ip(...`link add cmnet${id} type veth peer name uplink netns ${namespace}`.split(' '));
      return { prefix, id };
    } catch (error) {
      if (!/File exists/.test(String(error))) throw error;
    }
  }
  throw new Error('no free network for a small internet');
};

const networkFile = (prefix: string, number: number, ipv6: string | undefined): string => `[Match]
Name=host0

[Network]
Address=${prefix}.${number}/24
Gateway=${prefix}.1
${ipv6 ? `Address=${ipv6}/64\n` : ''}DHCP=no
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
    await ip('address', 'add', `${prefix}.1/24`, 'dev', `cmnet${id}`);
    await ip('link', 'set', `cmnet${id}`, 'up');
    await inside('link set lo up');
    await inside('link add exchange type bridge forward_delay 0');
    await inside('link set uplink master exchange up');
    await inside(`address add ${prefix}.2/24 dev exchange`);
    await inside(`address add ${ipv6Of(2)}/64 dev exchange nodad`);
    await inside('link set exchange up');
    return {
      namespace,
      host: `${prefix}.1`,
      core: `${prefix}.2`,
      prefix,
      ipv6Of,
      connect: async (number, isIpv6 = false) => {
        const name = ownedName();
        await ip('netns', 'add', name);
        made.unshift(name);
        await ip('-netns', name, 'link', 'set', 'lo', 'up');
        await inside(`link add port${number} type veth peer name host0 netns ${name}`);
        await inside(`link set port${number} master exchange up`);
        const ipv6 = isIpv6 ? ipv6Of(number) : undefined;
        return {
          namespace: name,
          address: `${prefix}.${number}`,
          ...(ipv6 && { ipv6 }),
          networkFile: networkFile(prefix, number, ipv6),
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
