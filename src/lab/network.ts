import { mkdir } from 'node:fs/promises';
import { run } from '../program/run.ts';
import { failure } from '../terminal/failure.ts';
import { freeLinks, isFree, type Link } from './address.ts';

/** How a container is connected. The caller that creates one removes it. */
export interface Network {
  /** Name of the network namespace; it holds an interface `host0`. */
  readonly namespace: string;
  /** The machine's address in it, reachable from this computer. */
  readonly address: string;
  /** What the machine's systemd-networkd is told about `host0`, systemd.network(5). */
  readonly networkFile: string;
  remove(): Promise<void>;
}

/** A static address and nothing else: no DHCP, and no link-local address that would delay `online`. */
export const networkFile = (link: Pick<Link, 'machine' | 'host' | 'length'>): string => `[Match]
Name=host0

[Network]
Address=${link.machine}/${link.length}
Gateway=${link.host}
DHCP=no
IPv6AcceptRA=no
LinkLocalAddressing=no
`;

/** Linux allows 15 bytes for the name of an interface. */
const interfaceOf = (link: Link): string => `cmlab${link.index}`;

/** Where this computer has routes to, but for those by the interface that is not asked about. */
export const routes = async (except?: string): Promise<string[]> =>
  (
    JSON.parse((await run(['ip', '-json', '-4', 'route', 'show', 'table', 'all'])) || '[]') as {
      dst?: string;
      dev?: string;
    }[]
  )
    .filter(({ dev }) => dev === undefined || dev !== except)
    .map(({ dst }) => dst ?? '')
    .filter(Boolean);

/**
 * Gives a new interface, whose other end is in the namespace, an address (`192.0.2.1/24`), unless another run
 * uses that network: the kernel refuses a name that exists, and the last of two with the same addresses sees the
 * other. False: try another.
 */
export const claim = async (
  name: string,
  peer: string,
  address: string,
  namespace: string,
): Promise<boolean> => {
  const add = ['ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', peer, 'netns', namespace];
  const isMade = await run(add).then(
    () => true,
    (error) => {
      if (/File exists/.test(String(error))) return false;
      throw error;
    },
  );
  if (!isMade) return false;
  await run(['ip', 'address', 'add', address, 'dev', name]);
  await run(['ip', 'link', 'set', name, 'up']);
  if (isFree(address, await routes(name))) return true;
  await run(['ip', 'link', 'delete', name]);
  return false;
};

/** Takes the first free link. */
const connect = async (namespace: string): Promise<Link> => {
  for (const link of freeLinks(await routes(), process.pid * 16)) {
    if (await claim(interfaceOf(link), 'host0', `${link.host}/${link.length}`, namespace)) return link;
  }
  throw failure('no free addresses for another machine', {
    hint: 'stop some of the machines that are running',
  });
};

/**
 * A network namespace joined to this computer by a link of its own: reachable from here, and with no way out.
 * The link goes away with the namespace. Rejects without root.
 */
export const makeLink = async (namespace: string): Promise<Network> => {
  await mkdir('/run/netns', { recursive: true });
  await run(['ip', 'netns', 'add', namespace]);
  const remove = () => removeNamespace(namespace);
  try {
    await run(['ip', '-netns', namespace, 'link', 'set', 'lo', 'up']);
    const link = await connect(namespace);
    return {
      namespace,
      address: link.machine,
      networkFile: networkFile(link),
      // The kernel removes a namespace's interfaces some time later; the next caller must not see them.
      remove: () => run(['ip', 'link', 'delete', interfaceOf(link)]).then(remove, remove),
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

export const removeNamespace = async (namespace: string): Promise<void> => {
  await run(['ip', 'netns', 'delete', namespace]);
};
