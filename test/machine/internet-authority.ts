import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../src/program/run.ts';
import type { Exchange } from './internet-network.ts';

/** A request that came to the authority, who sent it, and how it was answered. */
export interface AuthorityRequest {
  readonly from: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** Whose requests: by which of its addresses it comes is its own affair. */
export interface Party {
  readonly address: string;
  readonly ipv6?: string | undefined;
}

export const isFrom = ({ address, ipv6 }: Party, { from }: Pick<AuthorityRequest, 'from'>): boolean =>
  from === address || from === ipv6;

/** A certificate authority (Pebble) behind a door that keeps a book. */
export interface Authority {
  /** What relays are told (`acme_directory`). */
  readonly directory: string;
  /** Certificates that relays and clients must trust: the door's, and the root that signs for relays. */
  readonly trusted: string;
  readonly requests: readonly AuthorityRequest[];
  /** The next requests from there find the door closed; what was said before no longer holds. */
  failNext(from: Party, times: number): void;
  /** Resolves at the next request to a path like that. */
  next(from: Party, path: RegExp): Promise<void>;
  stop(): Promise<void>;
}

const PORT = 14_000;
const MANAGEMENT = 15_000;

const fetchFrom = (host: string, port: number, incoming?: IncomingMessage, body?: Buffer, path?: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const { method = 'GET', headers = {} } = incoming ?? {};
    request(
      { host, port, path: incoming?.url ?? path, method, headers, rejectUnauthorized: false, agent: false },
      resolve,
    )
      .once('error', reject)
      .end(body);
  });

const makeCertificate = async (folder: string, host: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await run(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=door -addext subjectAltName=DNS:${host} -keyout door.key -out door.pem`.split(
      ' ',
    ),
    { cwd: folder },
  );
};

const startPebble = async (folder: string, { namespace, core }: Exchange): Promise<ChildProcess> => {
  const pebble = {
    listenAddress: `${core}:${PORT}`,
    managementListenAddress: `${core}:${MANAGEMENT}`,
    certificate: 'door.pem',
    privateKey: 'door.key',
    httpPort: 80,
    tlsPort: 443,
  };
  await writeFile(join(folder, 'pebble.json'), JSON.stringify({ pebble }));
  const command = `netns exec ${namespace} pebble -strict -dnsserver ${core}:53 -config pebble.json`;
  // As Let's Encrypt does, it asks no second proof of what was proved a moment ago.
  return spawn('ip', command.split(' '), {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '100' },
  });
};

/** Starts the authority by that name; it asks the exchange's name server, and reaches relays by their names at port 80. */
export const startAuthority = async (
  folder: string,
  exchange: Exchange,
  name: string,
): Promise<Authority> => {
  const { core } = exchange;
  await makeCertificate(folder, name);
  const pebble = await startPebble(folder, exchange);
  const ended = once(pebble, 'exit');
  let root: string | undefined;
  while (root === undefined) {
    if (pebble.exitCode !== null) throw new Error('pebble ended');
    root = await fetchFrom(core, MANAGEMENT, undefined, undefined, '/roots/0').then(text, () =>
      pause(50).then(),
    );
  }
  const requests: AuthorityRequest[] = [];
  const failures: { readonly party: Party; left: number }[] = [];
  const news = new EventEmitter();
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Mapped, where it is IPv4 (RFC 4291 §2.5.5.2).
    const from = (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const note = (status: number) => {
      const entry = { from, method: incoming.method ?? '', path: incoming.url ?? '', status };
      requests.push(entry);
      news.emit('request', entry);
    };
    const failure = failures.find(({ party }) => isFrom(party, { from }));
    if (failure && failure.left > 0) {
      failure.left--;
      note(0);
      incoming.socket.destroy();
      return;
    }
    const answer = await fetchFrom(core, PORT, incoming, await buffer(incoming));
    note(answer.statusCode ?? 0);
    response.writeHead(answer.statusCode ?? 0, answer.headers);
    answer.pipe(response);
  };
  const [cert, key] = await Promise.all(['door.pem', 'door.key'].map((name) => readFile(join(folder, name))));
  const door = createServer({ cert: cert as Buffer, key: key as Buffer }, (incoming, response) => {
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  door.listen(0, '::');
  await once(door, 'listening');
  return {
    directory: `https://${name}:${(door.address() as AddressInfo).port}/dir`,
    trusted: `${cert}${root}`,
    requests,
    failNext: (party, left) => failures.unshift({ party, left }),
    next: (from, path) =>
      new Promise((resolve) => {
        const look = (entry: AuthorityRequest): void => {
          if (!isFrom(from, entry) || !path.test(entry.path)) return;
          news.off('request', look);
          resolve();
        };
        news.on('request', look);
      }),
    stop: async () => {
      door.closeAllConnections();
      door.close();
      pebble.kill();
      await ended;
    },
  };
};
