import type { AnyCaaRecord, CaaRecord, MxRecord, SrvRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { RecordType } from '../model/zone.ts';

/** A zone with a hundred servers shall not make a hundred questions of one. */
const SERVERS = 6;

const patient = (): Resolver => new Resolver({ timeout: 2000, tries: 2 });

/** What an answer of `Resolver.resolve` is in a zone file. */
const textOf = (type: RecordType, answer: unknown): string => {
  if (type === 'MX') return `${(answer as MxRecord).priority} ${(answer as MxRecord).exchange}.`;
  if (type === 'TXT') return (answer as string[]).join('');
  if (type === 'SRV') {
    const { priority, weight, port, name } = answer as SrvRecord;
    return `${priority} ${weight} ${port} ${name}.`;
  }
  if (type === 'CAA') {
    const { critical, ...tags } = answer as CaaRecord & Partial<AnyCaaRecord>;
    const [tag = '', value = ''] = Object.entries(tags).find(([name]) => name !== 'type') ?? [];
    return `${critical} ${tag} "${value}"`;
  }
  return `${answer}${type === 'A' || type === 'AAAA' ? '' : '.'}`;
};

const NOTHING: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND']);

/** The records of that name and type; none is an answer too. `undefined`: no answer. */
const ask = async (resolver: Resolver, name: string, type: RecordType): Promise<string[] | undefined> => {
  try {
    return ((await resolver.resolve(name, type)) as unknown[]).map((answer) => textOf(type, answer));
  } catch (error) {
    return NOTHING.has((error as NodeJS.ErrnoException).code) ? [] : undefined;
  }
};

/** The servers that speak for a name, each to be asked by itself. */
export interface Authority {
  /** The zone that they have it in. */
  readonly zone?: string;
  /** Every server's answer; `undefined` where it gave none. */
  ask(name: string, type: RecordType): Promise<(string[] | undefined)[]>;
}

/**
 * Finds the name servers of the zone that `name` is in: its own, or the next ones above it. They are asked
 * directly, because a cache knows what was true some time ago, and because a zone's primary may be hidden.
 * None: the resolver does not answer, or no server of them has an address.
 */
export const authorityOf = async (name: string, resolver: Resolver = patient()): Promise<Authority> => {
  for (let zone = name; zone !== ''; zone = zone.replace(/^[^.]*\.?/, '')) {
    let hosts: string[];
    try {
      hosts = await resolver.resolveNs(zone);
    } catch (error) {
      if (NOTHING.has((error as NodeJS.ErrnoException).code)) continue;
      break;
    }
    const addresses = await Promise.all(
      hosts.slice(0, SERVERS).flatMap((host) => [ask(resolver, host, 'A'), ask(resolver, host, 'AAAA')]),
    );
    const servers = addresses
      .flatMap((found) => found ?? [])
      .slice(0, SERVERS)
      .map((address) => {
        const server = patient();
        server.setServers([address]);
        return server;
      });
    return { zone, ask: (at, type) => Promise.all(servers.map((server) => ask(server, at, type))) };
  }
  return { ask: () => Promise.resolve([]) };
};
