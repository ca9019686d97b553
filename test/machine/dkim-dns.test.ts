import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { run } from '../../src/program/run.ts';
import { keysInDns } from '../../src/relay/filtermail/dkim/keys.ts';
import type { Keys } from '../../src/relay/filtermail/dkim/verification.ts';

/** The look-up of keys with the real unbound, which asks a real authoritative server (Knot DNS). */
let folder: string;
let forgetting: Server;
let silence: UdpSocket;
let unbound: ChildProcess;
const children: ChildProcess[] = [];
const at = (name: string): string => join(folder, name);

const freePort = async (): Promise<number> => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
};

let serial = 1;
const LONG = `v=DKIM1; p=${'A'.repeat(800)}`;
const split = (text: string) => (text.match(/.{1,200}/g) ?? []).map((part) => `"${part}"`).join(' ');
/** Answers may be kept for an hour. */
const zone = (key: string): string => `$ORIGIN example.org.
$TTL 3600
@ SOA ns hostmaster ${serial++} 60 60 3600 0
@ NS ns
ns A 127.0.0.1
mail._domainkey TXT "p=${key}"
two._domainkey TXT "v=spf1 -all"
two._domainkey TXT "p=${key}"
split._domainkey TXT "p=" "${key}"
long._domainkey TXT ${split(LONG)}
alias._domainkey CNAME one.keys
one.keys CNAME two.keys
two.keys TXT "p=${key}"
nothing._domainkey A 192.0.2.1
`;
const publish = async (key: string): Promise<void> => {
  writeFileSync(at('zone'), zone(key));
  await run(['knotc', '--config', at('knot.conf'), '--blocking', 'zone-reload', 'example.org']);
};

const control = (...args: string[]) => run(['unbound-control', '-c', at('unbound.conf'), '-q', ...args]);
const startUnbound = async (): Promise<void> => {
  unbound = spawn('unbound', ['-d', '-c', at('unbound.conf')], { stdio: 'ignore' });
  await vi.waitFor(() => control('status'), 20_000);
};
const stopUnbound = async (): Promise<void> => {
  unbound.kill();
  await once(unbound, 'exit');
};

const unboundConf = (port: number, knot: number, silent: number, closed: number): string => `server:
  interface: 127.0.0.1@${port}
  username: ""
  chroot: ""
  directory: ${folder}
  pidfile: ${at('unbound.pid')}
  use-syslog: no
  do-not-query-localhost: no
  module-config: "iterator"
${[
  ['example.org', knot],
  ['silent.example', silent],
  ['closed.example', closed],
]
  .map(([name, to]) => `stub-zone:\n  name: ${name}\n  stub-addr: 127.0.0.1@${to}\n`)
  .join('')}remote-control:
  control-enable: yes
  control-interface: ${at('control')}
`;

let port: number;
let keys: Keys;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-dns-'));
  const [knotPort, closedPort] = [await freePort(), await freePort()];
  port = await freePort();
  silence = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silence, 'listening');
  writeFileSync(
    at('knot.conf'),
    `server:\n  rundir: ${folder}\n  listen: 127.0.0.1@${knotPort}\ndatabase:\n  storage: ${folder}\nzone:\n- domain: example.org\n  file: ${at('zone')}\n  journal-content: none\n  zonefile-load: whole\n`,
  );
  writeFileSync(at('zone'), zone('one'));
  children.push(spawn('knotd', ['--config', at('knot.conf')], { stdio: 'ignore' }));
  await vi.waitFor(() => run(['knotc', '--config', at('knot.conf'), 'zone-status', 'example.org']), 20_000);
  writeFileSync(at('unbound.conf'), unboundConf(port, knotPort, silence.address().port, closedPort));
  await startUnbound();
  // As systemd does for `chatmail-forget.socket`.
  mkdirSync(at('bin'));
  writeFileSync(
    at('bin/unbound-control'),
    `#!/bin/sh\nshift 2; exec /usr/sbin/unbound-control -c ${at('unbound.conf')} "$@"\n`,
  );
  chmodSync(at('bin/unbound-control'), 0o755);
  forgetting = createServer({ allowHalfOpen: true }, (socket) => {
    const env = { ...process.env, PATH: `${at('bin')}:${process.env.PATH}` };
    const child = spawn('templates/usr/lib/chatmail/forget', { env, stdio: ['pipe', 'pipe', 'ignore'] });
    socket.pipe(child.stdin).on('error', () => {});
    child.stdout.pipe(socket);
  }).listen(at('forget.sock'));
  await once(forgetting, 'listening');
  keys = keysInDns(at('forget.sock'), { server: `127.0.0.1:${port}` });
});
afterAll(async () => {
  forgetting?.close();
  silence?.close();
  await stopUnbound();
  for (const child of children) {
    child.kill();
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

const name = (selector: string, domain = 'example.org') => `${selector}._domainkey.${domain}`;

test.each([
  ['one record', 'mail', ['p=one']],
  ['two records', 'two', ['v=spf1 -all', 'p=one']],
  ['a record of several strings', 'split', ['p=one']],
  ['one that does not fit into a datagram', 'long', [LONG]],
  ['a name that stands for another', 'alias', ['p=one']],
  ['a name without such records', 'nothing', []],
  ['no such name', 'nobody', []],
])('%s', async (_, selector, records) => {
  expect([...((await keys.ask(name(selector))) ?? ['none'])].sort()).toEqual([...records].sort());
});

describe('no answer is none', () => {
  test('a server that is not there', async () => {
    expect(await keys.ask(name('mail', 'closed.example'))).toBe(undefined);
  });

  test('a server that never answers', async () => {
    const impatient = keysInDns(at('forget.sock'), { server: `127.0.0.1:${port}`, timeoutMs: 100 });
    expect(await impatient.ask(name('mail', 'silent.example'))).toBe(undefined);
  });

  test('no resolver, until it is back', async () => {
    await stopUnbound();
    expect(await keys.ask(name('mail'))).toBe(undefined);
    expect(await keys.askAnew(name('mail'))).toBe(undefined);
    await startUnbound();
    expect(await keys.ask(name('mail'))).toEqual(['p=one']);
  });

  test('a resolver that refuses', async () => {
    const refusing = keysInDns(at('forget.sock'), { server: `127.0.0.1:${port}` });
    await control('local_zone', 'refused.example', 'always_refuse');
    expect(await refusing.ask(name('mail', 'refused.example'))).toBe(undefined);
  });
});

test('what is known is kept, and forgotten on demand', async () => {
  let now = 0;
  const clocked = keysInDns(at('forget.sock'), { server: `127.0.0.1:${port}`, now: () => now });
  for (const selector of ['mail', 'alias', 'new']) await clocked.ask(name(selector));
  await publish('two');
  expect(await clocked.ask(name('mail'))).toEqual(['p=one']);
  expect(await clocked.askAnew(name('mail'))).toEqual(['p=two']);
  expect(await clocked.ask(name('mail'))).toEqual(['p=two']);
  expect(await clocked.ask(name('alias'))).toEqual(['p=one']);
  expect(await clocked.askAnew(name('alias'))).toEqual(['p=two']);
  await publish('three');
  // Not twice within ten seconds.
  expect(await clocked.askAnew(name('mail'))).toEqual(['p=two']);
  now = 10_000;
  const [first, second] = [clocked.askAnew(name('mail')), clocked.askAnew(name('mail'))];
  expect([await first, await second]).toEqual([['p=three'], ['p=three']]);
  await publish('one');
});

test('where nobody forgets, what is known has to do', async () => {
  const alone = keysInDns(at('nowhere.sock'), { server: `127.0.0.1:${port}` });
  expect(await alone.askAnew(name('mail'))).toEqual(await alone.ask(name('mail')));
});

test('new questions are few: then there is no answer, and the sender tries again', async () => {
  const busy = keysInDns(at('forget.sock'), { server: `127.0.0.1:${port}` });
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => busy.askAnew(name(`n${i}`))));
  expect(answers.filter((answer) => answer !== undefined)).toHaveLength(30);
});

test.each(['', '-x', 'a b', 'a;b', '$(id)', '*', 'a\tb'])('%j is no name to forget', async (text) => {
  const child = spawn('templates/usr/lib/chatmail/forget', {
    env: { PATH: at('bin') },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  child.stdin.on('error', () => {}).end(`${text}\n`);
  const [code] = await once(child, 'close');
  expect([code, said]).toEqual([1, '']);
});
