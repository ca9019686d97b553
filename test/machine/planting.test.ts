import { once } from 'node:events';
import { connect } from 'node:net';
import { execa } from 'execa';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFailed, test, vi } from 'vitest';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { VERSION } from '../../src/version.ts';
import { type Archive, openArchive } from './archive.ts';
import { launchBrowser } from './browser.ts';
import { ask } from './http-client.ts';
import { TAR } from './images.ts';
import { type Exchange, makeExchange } from './internet-network.ts';
import { type Relay, run, shell } from './relay.ts';
import { stockTreeWithPackages } from './stock-tree.ts';

/** A computer that runs tests is busy; by default that closes a relay for new addresses. */
const BUSY = 'max_load_1m=1000';
const STORE = '/var/lib/chatmail/packages';
const PACKAGES = ['chatmail-relay', 'chatmail-relay-extras'].map((name) => `${name}_${VERSION}_all.deb`);

let exchange: Exchange;
let archive: Archive;
let browser: Browser;
const machines: Machine[] = [];

/** Debian's archive is reached by all; nothing else is there but the machines themselves. */
beforeAll(async () => {
  exchange = await makeExchange();
  archive = await openArchive(exchange.host);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  for (const machine of machines) await machine.remove();
  archive?.close();
  await exchange?.remove();
});

const relayAt = ({ address, exec = [] }: Machine): Relay => ({
  state: '',
  address,
  domain: address,
  ports: SERVICE_PORTS,
  exec,
});

const boot = async (number: number, tree: string, text: string): Promise<Machine> => {
  const network = await exchange.connect(number);
  // Between relays nobody stands.
  const direct = [11, 12, 13].map((at) => `Acquire::http::Proxy::${exchange.prefix}.${at} "DIRECT";\n`);
  const files = { '/etc/apt/apt.conf.d/99archive': archive.aptConf + direct.join('') };
  const machine = await bootContainer({ tree, network, userData: Buffer.from(text), files });
  machines.push(machine);
  return machine;
};

/** What the page of a relay gives somebody who rents a machine, by its own code. */
const textFrom = async (relay: Relay): Promise<string> => {
  const page = await browser.newPage();
  await page.goto(`http://${relay.address}/start/#provider=hetzner&${BUSY}`);
  const text = await page.inputValue('#text');
  await page.close();
  return text;
};

/** Checksums of the packages in its store. */
const packagesOf = (relay: Relay): Promise<string> => shell(relay, `cd ${STORE}; sha256sum *.deb`);

/** The page comes when the relay is up, and not before. */
const isOffered = (relay: Relay): Promise<void> =>
  vi.waitFor(async () => expect((await ask(relay, '/start/', { isTls: false })).status).toBe(200), 30_000);

describe('from relay to relay', () => {
  let first: Relay;
  beforeAll(async () => {
    const machine = await boot(
      11,
      await cachedTree(TAR),
      `#cloud-config\nchatmail:\n  ${BUSY.replace('=', ': ')}\n`,
    );
    expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready' });
    first = relayAt(machine);
    await isOffered(first);
  });

  const offer = `/start/${PACKAGES[0]}`;

  test('anybody gets the page and both packages, by HTTP and by HTTPS', async () => {
    for (const isTls of [false, true]) {
      const { headers, body } = await ask(first, '/start/', { isTls });
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'sha256-.*frame-ancestors 'none'$/,
      );
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      for (const name of PACKAGES) {
        const question = { isTls, method: 'HEAD' } as const;
        const package_ = await ask(first, `/start/${name}`, question);
        expect([package_.status, package_.headers['content-type']]).toEqual([
          200,
          'application/vnd.debian.binary-package',
        ]);
        expect(body).toContain(`"${name}"`);
        // It would tell since when the relay is there.
        expect(package_.headers).not.toHaveProperty('last-modified');
        expect(package_.headers).not.toHaveProperty('etag');
      }
    }
    const headers = { 'accept-encoding': 'gzip' };
    const packed = await ask(first, '/start/', { isTls: false, headers });
    expect(packed.headers['content-encoding']).toBe('gzip');
  });

  test('who lost a connection goes on where it ended; who asks for hundreds of parts gets none', async () => {
    const part = (range: string) => ask(first, offer, { isTls: false, headers: { range: `bytes=${range}` } });
    expect(await part('0-7')).toMatchObject({ status: 206, body: '!<arch>\n' });
    const parts = await part(Array.from({ length: 500 }, (_, i) => `${2 * i}-${2 * i}`).join());
    expect([parts.status, parts.headers['content-type']]).toEqual([
      200,
      'application/vnd.debian.binary-package',
    ]);
  });

  test.each([
    ...['/start/../../etc/passwd', '/start/%2e%2e/%2e%2e/etc/passwd', '/start/..%2f..%2fetc/passwd'],
    ...['/start//etc/passwd', '/start/link', '/start/link.html', '/start/index.html', '/start/index.html.gz'],
    ...[
      '/start/x/../chatmail-relay_9_all.deb',
      '/start/chatmail-relay_9_all.deb',
      '/start/%00',
      '/start/other',
    ],
  ])('there is no %s', async (path) => {
    const answers = [false, true].map(async (isTls) => (await ask(first, path, { isTls })).status);
    for (const status of await Promise.all(answers)) expect([400, 404]).toContain(status);
  });

  test('what somebody leaves there is not published, no link is followed, and it goes', async () => {
    await shell(
      first,
      `cd /var/www/chatmail-start; echo > other.deb; echo > chatmail-relay.deb; ln -s /etc/passwd chatmail-relay_1_all.deb`,
    );
    for (const name of ['other.deb', 'chatmail-relay.deb', 'chatmail-relay_1_all.deb', ''])
      expect((await ask(first, `/start/${name}`)).status).toBe(name === '' ? 200 : 404);
    await shell(first, 'chatmail share');
    expect(await shell(first, 'ls /var/www/chatmail-start')).toBe(
      [...PACKAGES, 'index.html', 'index.html.gz', 'link.html'].sort().join('\n'),
    );
  });

  test('a name that somebody else chose leads nowhere else', async () => {
    const name = 'elsewhere.example';
    const { status, headers } = await ask(first, '/start', { isTls: false, name });
    expect([status, headers.location]).toEqual([301, '/start/']);
    const [ours, theirs] = [await ask(first, '/start/'), await ask(first, '/start/', { name })];
    expect(theirs.body).toBe(ours.body);
  });

  const home = async () => (await ask(first, '/')).body;
  const status = async () =>
    /^run your own +(.*)$/m.exec((await run(first, 'chatmail', 'status')).stdout)?.[1];
  /** Does that with the relay's package, and looks again. */
  const spoil = async (command: string) => {
    const { exitCode } = await run(first, 'sh', '-c', `cd ${STORE}; ${command}; chatmail share`);
    return {
      exitCode,
      page: (await ask(first, '/start/')).status,
      status: await status(),
      isLinked: /"\/start\/"/.test(await home()),
    };
  };

  test('where a package is damaged or another one nothing is offered, and the status says why', async () => {
    const good = { exitCode: 0, page: 200, status: `http://${first.address}/start/`, isLinked: true };
    expect(await spoil('cp -a . /root/kept')).toEqual(good);
    const package_ = PACKAGES[0] ?? '';
    const bad = (reason: string) => ({
      exitCode: 1,
      page: 404,
      status: `not offered: ${STORE}/${package_} ${reason}`,
      isLinked: false,
    });
    expect(await spoil(`rm ${package_}`)).toEqual(bad('is missing'));
    expect(await spoil(`head -c 9999 /root/kept/${package_} > ${package_}`)).toEqual(bad('is damaged'));
    expect(await spoil(`cp ${PACKAGES[1]} ${package_}`)).toEqual(bad('is not the package that is installed'));
    expect(await spoil(`cp -a /root/kept/. .`)).toEqual(good);
    expect(await shell(first, 'systemctl list-units --failed --plain --no-legend')).toBe('');
  });

  test('with `share: false` there is nothing, and pages of the operator may be there', async () => {
    await shell(
      first,
      'mkdir -p /srv/www/start; echo ours > /srv/www/start/index.html; chatmail configure --set www_folder=/srv/www',
    );
    expect((await ask(first, '/start/')).body).toContain('<title>Run your own');
    await shell(first, 'chatmail configure --set share=false');
    await vi.waitFor(async () => expect(await status()).toBeUndefined(), 20_000);
    expect(await ask(first, '/start/')).toMatchObject({ status: 200, body: 'ours\n' });
    expect((await ask(first, offer)).status).toBe(404);
    expect(await shell(first, 'ls -d /var/www/chatmail-start || true')).toBe('');
    await shell(first, 'chatmail configure --set share=true');
    await isOffered(first);
  });

  /** A relay of the text that the page of another one gives. */
  const plant = async (source: Relay, number: number): Promise<Machine> => {
    const text = await textFrom(source);
    expect(text.length).toBeLessThanOrEqual(4096);
    expect(text.match(/https?:\/\/[^\s']+/g)).toEqual([`http://${source.address}/start`]);
    return boot(number, await stockTreeWithPackages(), text);
  };

  const becomesRelay = async (machine: Machine): Promise<Relay> => {
    expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready' });
    const relay = relayAt(machine);
    await isOffered(relay);
    return relay;
  };

  test('a relay from a relay from a relay has the packages of the first, byte for byte', async () => {
    const packages = await packagesOf(first);
    const second = await becomesRelay(await plant(first, 12));
    expect(await packagesOf(second)).toBe(packages);
    // From now on nobody else has them, and the second gives others: all that it can do is keep the third waiting.
    await machines[0]?.remove();
    const file = `/var/www/chatmail-start/${PACKAGES[0]}`;
    const machine = await plant(second, 13);
    onTestFailed(() => console.error(machine.console.text));
    await shell(second, `printf evil | dd of=${file} bs=1 seek=999 conv=notrunc`);
    await machine.console.waitFor(/Hash Sum mismatch/);
    await shell(second, 'chatmail share');
    const third = await becomesRelay(machine);
    expect(await packagesOf(third)).toBe(packages);
  }, 600_000);

  test('a client with many connections that reads nothing has a few downloads, and others have theirs', async () => {
    const last = relayAt(machines.at(-1) as Machine);
    const sockets = Array.from({ length: 300 }, () => connect(80, last.address).on('error', () => undefined));
    const answers = sockets.map(async (socket) => {
      socket.write(`GET ${offer} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await once(socket, 'readable');
      return String(socket.read(12)).slice(9);
    });
    const statuses = await Promise.all(answers);
    expect(new Set(statuses)).toEqual(new Set(['200', '429']));
    // What came before counts too.
    expect(statuses.filter((one) => one === '200').length).toBeLessThanOrEqual(45);
    const get = `fetch('http://${last.address}${offer}').then(async (r) => console.log(r.status, (await r.arrayBuffer()).byteLength))`;
    const { stdout } = await execa('ip', ['netns', 'exec', exchange.namespace, 'node', '-e', get]);
    expect(stdout).toBe(`200 ${await shell(last, `stat -c %s ${STORE}/${PACKAGES[0]}`)}`);
    for (const socket of sockets) socket.destroy();
  });
});
