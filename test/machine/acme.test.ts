import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { globalAgent } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Binding, openAccount } from '../../src/relay/certificate/account.ts';
import { makeKey } from '../../src/relay/certificate/make-key.ts';
import { askHttp } from '../../src/relay/lib/ask-http.ts';

/*
 * The relay's client and Pebble as it is in Debian, one that believes every proof: what else it does, the test internet
 * shows.
 */

const CHALLENGES = '/run/acme/acme-challenge';
const KEY = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';

let folder: string;
let directory: string;
const undo: (() => unknown)[] = [];

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pebble-'));
  undo.push(() => rmSync(folder, { recursive: true }));
  if (!existsSync('/run/acme')) undo.push(() => rmSync('/run/acme', { recursive: true }));
  await mkdir(CHALLENGES, { recursive: true });
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'key.pem', '-out', 'door.pem'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...names], { cwd: folder, stdio: 'ignore' });
  const { ca } = globalAgent.options;
  globalAgent.options.ca = readFileSync(join(folder, 'door.pem'));
  undo.push(() => {
    globalAgent.options.ca = ca;
  });
  const [port, management] = [await freePort(), await freePort()];
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: 'door.pem',
    privateKey: 'key.pem',
    httpPort: 80,
    tlsPort: 443,
    externalAccountBindingRequired: true,
    externalAccountMACKeys: { 'kid-1': KEY },
  };
  writeFileSync(join(folder, 'pebble.json'), JSON.stringify({ pebble }));
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_VA_ALWAYS_VALID: '1' };
  const running = spawn('pebble', ['-strict', '-config', 'pebble.json'], {
    cwd: folder,
    stdio: 'ignore',
    env,
  });
  const ended = once(running, 'exit');
  undo.push(() => {
    running.kill();
    return ended;
  });
  directory = `https://127.0.0.1:${port}/dir`;
  while (!(await askHttp(directory).catch(() => undefined))) {
    if (running.exitCode !== null) throw new Error('pebble ended');
    await pause(50);
  }
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

const newKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'sec1',
    format: 'pem',
  }) as string;

test.each<[string, Binding | undefined, string | undefined]>([
  ['none', undefined, 'externalAccountRequired'],
  ['one that it does not know', { id: 'kid-9', key: KEY }, 'unauthorized'],
  ['another key', { id: 'kid-1', key: KEY.replace('z', 'y') }, 'malformed|unauthorized|serverInternal'],
  ['its own', { id: 'kid-1', key: KEY }, undefined],
])('an authority that wants accounts to be bound, and gets %s', async (_, binding, refusal) => {
  const opened = openAccount(directory, newKey(), { binding });
  if (refusal) await expect(opened).rejects.toMatchObject({ type: expect.stringMatching(refusal) });
  else expect((await opened).url).toMatch(/^https:/);
});

test('an account that is there is found without what it was bound to', async () => {
  const key = newKey();
  const { url } = await openAccount(directory, key, { binding: { id: 'kid-1', key: KEY } });
  expect((await openAccount(directory, key)).url).toBe(url);
});

test.each([
  [['192.0.2.1']],
  // Pebble 2.4 compares two lists that it sorts in different ways: the first number must be below 32.
  [['10.0.2.1', '2001:db8::1']],
  [['relay.example', 'www.relay.example', 'mta-sts.relay.example']],
  [[`${'a'.repeat(60)}.relay.example`]],
  [['relay.example', '192.0.2.1']],
])('a certificate for %j', async (hosts) => {
  const account = await openAccount(directory, newKey(), { binding: { id: 'kid-1', key: KEY } });
  const [key, csr] = [join(folder, 'key'), join(folder, 'csr')];
  makeKey(hosts, key, csr, '-subj', '/', '-outform', 'DER');
  const { chain } = await account.certify(hosts, readFileSync(csr));
  const certificate = new X509Certificate(chain);
  for (const host of hosts)
    expect(/^[\d:]|:/.test(host) ? certificate.checkIP(host) : certificate.checkHost(host)).toBe(host);
});
