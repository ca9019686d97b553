import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { TAR } from './images.ts';
import { type Authority, startAuthority } from './internet-authority.ts';
import { type NameServer, startNameServer } from './internet-dns.ts';
import { type Exchange, makeExchange, type Protocols } from './internet-network.ts';
import type { Relay } from './relay.ts';

export interface Member {
  readonly machine: Machine;
  readonly address: string;
  readonly ipv6?: string | undefined;
  /** As the suites and clients know a relay. */
  relay(domain: string): Relay;
}

/** Relays, an authoritative name server and a certificate authority on one network. */
export interface Internet {
  readonly exchange: Exchange;
  readonly dns: NameServer;
  readonly authority: Authority;
  /** Boots the image with these settings (YAML) at that number in the network. */
  boot(number: number, settings: string, protocols?: Protocols): Promise<Member>;
  stop(): Promise<void>;
}

const CA_FILE = '/etc/ssl/certs/ca-certificates.crt';

/** What a machine of this internet takes for the root of DNS, and whom it trusts. */
const worldFiles = async (tree: string, dns: NameServer, authority: Authority) => ({
  '/etc/unbound/unbound.conf.d/internet.conf':
    'server:\n  root-hints: /etc/unbound/internet.hints\n  unblock-lan-zones: yes\n',
  '/etc/unbound/internet.hints': dns.hints,
  '/usr/share/dns/root.key': dns.anchor,
  [CA_FILE]: (await readFile(join(tree, CA_FILE), 'utf8')) + authority.trusted,
});

/** The authority's zone; CAA records know it by that. */
export const AUTHORITY = 'authority.example';

export const startInternet = async (zones: (exchange: Exchange) => readonly string[]): Promise<Internet> => {
  const folder = await mkdtemp(join(tmpdir(), 'small-internet-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const exchange = await makeExchange();
    undo.push(() => exchange.remove());
    const dns = await startNameServer(join(folder, 'dns'), exchange, [...zones(exchange), AUTHORITY]);
    undo.push(() => dns.stop());
    await dns.publish(AUTHORITY, `acme A ${exchange.host}\nacme AAAA ${exchange.host6}\n`);
    const authority = await startAuthority(join(folder, 'authority'), exchange, `acme.${AUTHORITY}`);
    undo.push(() => authority.stop());
    const tree = await cachedTree(TAR);
    const files = await worldFiles(tree, dns, authority);
    const boot: Internet['boot'] = async (number, settings, protocols) => {
      const network = await exchange.connect(number, protocols);
      const userData = Buffer.from(`#cloud-config\nchatmail:\n${settings.replace(/^/gm, '  ')}\n`);
      const machine = await bootContainer({ tree, userData, files, network });
      undo.push(() => machine.remove());
      const { address, ipv6 } = network;
      return {
        machine,
        address,
        ipv6,
        relay: (domain) => ({ state: '', address, domain, ports: SERVICE_PORTS, exec: machine.exec ?? [] }),
      };
    };
    return { exchange, dns, authority, boot, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
