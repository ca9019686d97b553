import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT } from '../../src/package/paths.ts';
import { ask } from './http-client.ts';
import { TAR } from './images.ts';
import { connectLines } from './line-connection.ts';
import { type Relay, type StartedRelay, startRelay } from './relay.ts';

const DOMAIN = '_chat.test';
let started: StartedRelay;
let folder: string;
/** The other web server, which answers whatever is not for the relay; plain, as nobody looks into what it says. */
const other = createServer((_request, response) => response.end('the other one'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'front-proxy-'));
  const userData = join(folder, 'user-data');
  await writeFile(userData, `#cloud-config\nchatmail:\n  mail_domain: ${DOMAIN}\n`);
  started = await startRelay(['--backend', 'nspawn', '--image', TAR, '--user-data', userData]);
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  other.close();
  await started?.stop();
  await rm(folder, { recursive: true });
});

/** A port that is free now. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** The blocks of the page in this language, with this test's names and addresses in place of the example's. */
const blocks = async (language: string, ports: { https: number; http: number }): Promise<string> => {
  const page = await readFile(`${PROJECT}docs/front-proxy.md`, 'utf8');
  const found = [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(
    ([, text]) => text,
  );
  expect(found.length).toBeGreaterThan(0);
  const web = (other.address() as AddressInfo).port;
  return found
    .join('\n')
    .replaceAll('chat.example.org', DOMAIN)
    .replaceAll('192.0.2.10', started.relay.address)
    .replace(/127\.0\.0\.1:(8443|8080)/g, `127.0.0.1:${web}`)
    .replace(/(listen |bind :)443/, (_, keyword: string) => `${keyword}${ports.https}`)
    .replace(/(listen |bind :)80/, (_, keyword: string) => `${keyword}${ports.http}`);
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });

interface Front {
  readonly program: string;
  readonly language: string;
  readonly config: (text: string) => string;
  readonly args: (file: string) => string[];
}

const FRONTS: readonly Front[] = [
  {
    program: 'nginx',
    language: 'nginx',
    config: (text) => {
      const [stream = '', http = ''] = text.split(/^(?=server \{)/m);
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      return [
        'daemon off;',
        `pid ${folder}/nginx.pid;`,
        'error_log stderr crit;',
        'load_module /usr/lib/nginx/modules/ngx_stream_module.so;',
        'events {}',
        stream,
        'http {',
        'access_log off;',
        ...temporary.map((kind) => `${kind}_temp_path ${folder}/${kind};`),
        http,
        '}',
      ].join('\n');
    },
    args: (file) => ['-e', 'stderr', '-c', file],
  },
  {
    program: 'haproxy',
    language: 'haproxy',
    config: (text) =>
      `defaults\n  timeout connect 5s\n  timeout client 30s\n  timeout server 30s\n\n${text}\n`,
    args: (file) => ['-db', '-f', file],
  },
];

describe.each(FRONTS)('behind $program', ({ program, language, config, args }) => {
  let front: ChildProcess;
  let relay: Relay;
  let ports: { https: number; http: number };
  beforeAll(async () => {
    ports = { https: await freePort(), http: await freePort() };
    const file = join(folder, `${program}.conf`);
    await writeFile(file, config(await blocks(language, ports)));
    front = spawn(program, args(file), { stdio: ['ignore', 'inherit', 'inherit'] });
    let isOver = false;
    front.once('exit', () => {
      isOver = true;
    });
    while (!(await answers(ports.https)) && !isOver) await pause(20);
    relay = { ...started.relay, address: '127.0.0.1', ports: { ...started.relay.ports, ...ports } };
  });
  afterAll(() => front?.kill());

  test('the pages of the relay are there', async () => {
    const { status, body } = await ask(relay, '/', { name: DOMAIN });
    expect([status, body.includes(DOMAIN)]).toEqual([200, true]);
  });

  test.each([
    ['imap', /^\* OK /],
    ['smtp', /^220 /],
  ])('%s on port 443 is there', async (protocol, greeting) => {
    const connection = await connectLines({
      host: '127.0.0.1',
      port: ports.https,
      isTls: true,
      tls: { servername: DOMAIN, ALPNProtocols: [protocol] },
    });
    expect(await connection.readLine()).toMatch(greeting);
    connection.close();
  });

  test('other names lead to the other web server', async () => {
    const arrived = once(other, 'connection');
    const client = connectTls({ host: '127.0.0.1', port: ports.https, servername: 'www.example.org' });
    client.on('error', () => {}); // it speaks no TLS
    const [socket] = (await arrived) as [Socket];
    expect(socket.remoteAddress).toBe('127.0.0.1');
    client.destroy();
  });

  test('the setup page is there by HTTP', async () => {
    const { status, body } = await ask(relay, '/setup', { isTls: false, name: DOMAIN });
    expect([status, body.includes(DOMAIN)]).toEqual([200, true]);
  });
});
