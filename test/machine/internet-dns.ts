import { spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../src/program/run.ts';
import type { Exchange } from './internet-network.ts';

/** An authoritative name server (Knot DNS) for the root, which it signs, and for what is below it. */
export interface NameServer {
  /** Publishes these lines as the zone, in place of what it had. */
  publish(zone: string, lines: string): Promise<void>;
  /** What a validating resolver must be told: where the root is, and its key. */
  readonly hints: string;
  readonly anchor: string;
  stop(): Promise<void>;
}

// The first server named is a hidden primary: it is for secondaries, and answers nobody.
const start = (at: string, serial: number): string =>
  `@ 0 SOA hidden.invalid. hostmaster.invalid. ${serial} 60 60 3600 0\n@ 0 NS ns1\n${at}`;

const configuration = (folder: string, addresses: readonly string[], zones: readonly string[]): string => `
server:
  rundir: ${folder}
  listen: [${addresses.map((address) => `"${address}@53"`).join(', ')}]
database:
  storage: ${folder}
policy:
- id: root
  manual: off
  single-type-signing: on
  dnskey-ttl: 60
template:
- id: default
  storage: ${folder}
  file: "%s.zone"
  journal-content: none
  zonefile-load: whole
zone:
- domain: .
  file: root.zone
  zonefile-sync: -1
  dnssec-signing: on
  dnssec-policy: root
${zones.map((zone) => `- domain: ${zone}`).join('\n')}
`;

/** A zone that somebody between the servers and the resolver has changed, as DNSSEC shows. */
export const FORGED = 'forged.example';

/** `others` are delegated from the root at once and say nothing but who serves them. */
export const startNameServer = async (
  folder: string,
  { namespace, core, ipv6Of }: Exchange,
  others: readonly string[],
): Promise<NameServer> => {
  const zones = [...others, FORGED];
  await mkdir(folder, { recursive: true });
  let serial = 1;
  const file = (zone: string) => join(folder, `${zone === '.' ? 'root' : zone}.zone`);
  /** Where a server of that name is. */
  const at = (name: string) => `${name} 60 A ${core}\n${name} 60 AAAA ${ipv6Of(2)}\n`;
  const write = (zone: string, lines: string) =>
    writeFile(
      file(zone),
      `$ORIGIN ${zone.replace(/\.?$/, '.')}\n$TTL 0\n${start(at('ns1'), serial++)}${lines}`,
    );
  const delegations = zones.map((zone) => `${zone}. 60 NS ns1.${zone}.\n${at(`ns1.${zone}.`)}`);
  // The root vouches for a key that this zone is not signed with.
  delegations.push(`${FORGED}. 60 DS 12345 13 2 ${'ab'.repeat(32)}\n`);
  await write('.', delegations.join(''));
  for (const zone of zones) await write(zone, '');
  const config = join(folder, 'knot.conf');
  await writeFile(config, configuration(folder, [core, ipv6Of(2)], zones));
  const knot = spawn('ip', ['netns', 'exec', namespace, 'knotd', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [knot.stdout, knot.stderr])
    stream.on('data', (data: Buffer) => said.push(String(data)));
  const ended = once(knot, 'exit').then(() => Promise.reject(new Error(`knotd ended: ${said.join('')}`)));
  ended.catch(() => undefined);
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([core]);
  const answers = async (): Promise<void> => {
    while (!(await resolver.resolveSoa('.').catch(() => undefined))) await pause(50);
  };
  await Promise.race([answers(), ended]);
  const control = (...args: string[]) => run(['knotc', '--config', config, ...args]);
  const anchor = (await run(['keymgr', '--config', config, '.', 'dnskey'])).replace(/^\. /, '. 60 IN ');
  return {
    publish: async (zone, lines) => {
      await write(zone, `${lines.trimEnd()}\n`);
      await control('--blocking', 'zone-reload', zone).catch((error: Error) => {
        throw new Error(`${error.message}\n${lines}\n${said.slice(-3).join('')}`);
      });
    },
    hints: `. 3600000 NS ns1.\n${at('ns1.')}`,
    anchor: `${anchor.trim()}\n`,
    stop: async () => {
      const exit = once(knot, 'exit');
      if (knot.exitCode === null && knot.signalCode === null) {
        knot.kill();
        await exit;
      }
    },
  };
};
