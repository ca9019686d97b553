import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { Endpoint } from './line-connection.ts';

export type PortName = 'smtp' | 'submission' | 'submissions' | 'imap' | 'imaps' | 'http' | 'https';

/** A running relay, as `chatmail-image try --json` describes it. */
export interface Relay {
  readonly state: string;
  /** Where it is reached. */
  readonly address: string;
  /** `mail_domain`: a domain, or an IPv4 address. */
  readonly domain: string;
  /** The port to connect to at `address`, for each service. */
  readonly ports: Readonly<Record<PortName, number>>;
  /** A command appended to it runs as root in the relay; absent where there is no way in. */
  readonly exec?: readonly string[];
}

/** A relay started here, and how to end it. */
export interface StartedRelay {
  readonly relay: Relay;
  /** What the machine printed: its console, and the progress of `try`. */
  log(): string;
  stop(): Promise<void>;
}

/** Boots an image with `chatmail-image try --json` and waits for its one line. */
export const startRelay = async (options: readonly string[]): Promise<StartedRelay> => {
  const process = spawn('node', ['lib/cli.js', 'try', '--json', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  process.stderr.on('data', (data: Buffer) => said.push(data.toString()));
  const exit = once(process, 'exit');
  const log = () => said.join('');
  const line = await Promise.race([
    once(createInterface(process.stdout), 'line').then(([text]) => String(text)),
    exit.then(([status]) => Promise.reject(new Error(`try ended with ${status}:\n${log()}`))),
  ]);
  return {
    relay: JSON.parse(line) as Relay,
    log,
    stop: async () => {
      process.kill('SIGINT');
      await exit;
    },
  };
};

/** What follows the @ in the relay's addresses (RFC 5321 §4.1.3 for an IP-only one). */
export const addressDomain = ({ domain }: Relay): string =>
  /^[\d.]+$/.test(domain) ? `[${domain}]` : domain;

/** Where to connect for a service. TLS from the first byte where the service has it. */
export const endpoint = (relay: Relay, port: PortName, tls: Endpoint['tls'] = {}): Endpoint => ({
  host: relay.address,
  port: relay.ports[port],
  isTls: port === 'submissions' || port === 'imaps' || port === 'https',
  tls: { ...(/^[\d.]+$/.test(relay.domain) ? {} : { servername: relay.domain }), ...tls },
});

/** Runs a program as root in the relay; its result, also when it fails. */
export const run = async (relay: Relay, ...command: string[]) => {
  const [program = '', ...args] = [...(relay.exec ?? []), ...command];
  if (!relay.exec) throw new Error('there is no way into this relay');
  return execa(program, args, { reject: false, all: true, stdin: 'ignore' });
};

/** Runs a shell script as root in the relay, and returns what it prints; fails when it fails. */
export const shell = async (relay: Relay, script: string): Promise<string> => {
  const { exitCode, stdout, all } = await run(relay, 'sh', '-euc', script);
  if (exitCode !== 0) throw new Error(`${script}: exit status ${exitCode}\n${all}`);
  return stdout;
};

/** A name and password nobody has used yet. Names have nine characters, as the default settings want. */
export const newLogin = (relay: Relay): { user: string; password: string } => {
  const name = Math.random().toString(36).slice(2, 11).padEnd(9, '0');
  return { user: `${name}@${addressDomain(relay)}`, password: `pass-${crypto.randomUUID()}` };
};

/** What Postfix asks the courier of a stranger's address: nothing is found, and nothing else is said. */
export const ROUTE =
  'postmap -q a@elsewhere.example socketmap:unix:/var/spool/postfix/chatmail/routes.sock:transport 2>&1 || echo $?';
export const NO_ROUTE = '1';
