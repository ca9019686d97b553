import { afterAll, beforeAll, describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { renderUserData } from '../../src/cloud-init/user-data.ts';
import { readAnnouncement, relayOutcome } from '../../src/lab/readiness.ts';
import { ask } from './http-client.ts';
import { run, shell } from './relay.ts';
import { relaySuite } from './relay-suite.ts';
import type { Release } from './release.ts';
import { bootStock, type StockMachine } from './stock.ts';

/** A computer that runs tests is busy; by default that closes a relay for new addresses. */
const SETTINGS = { mail_domain: '_relay.test', max_load_1m: 1000 };

/** What a provider's image may bring along: a web server that is there first, and comes back at each boot. */
const FOREIGN = '/etc/systemd/system/foreign.service';
const EXTRA = `#cloud-config
bootcmd:
- |
  [ -e ${FOREIGN} ] || {
    printf '[Service]\\nExecStart=python3 -m http.server 80\\n[Install]\\nWantedBy=multi-user.target\\n' > ${FOREIGN}
    systemctl daemon-reload
    systemctl enable foreign
    systemctl start --no-block foreign
  }
`;

/** The whole relay, or with sources a text that fetches it. */
const userData = (remote: Partial<Pick<Release, 'sources' | 'packages'>> = {}): string => {
  const { sources, packages } = remote;
  const { text, problems } = renderUserData(SETTINGS, {
    base: 'debian',
    hostname: 'stock',
    extra: { name: 'extra', text: EXTRA },
    sources,
    packages,
  });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return text;
};

const CONFIGURED_SERVERS = 'postfix@- dovecot nginx opendkim unbound'.split(' ');

describe('a stock Debian 12 with user-data', () => {
  let stock: StockMachine;
  let listened: string;
  const relay = () => stock.relay();

  beforeAll(async () => {
    stock = await bootStock(userData, { isArchiveOpen: false });
    const { console } = stock.machine;
    // Two sources fail, and the console says so; the third has the packages.
    await console.waitFor(/404 +Not Found/);
    await console.waitFor(/Hash Sum mismatch/);
    await console.waitFor(/chatmail: trying \S+\/good\//);
    // Debian's mirror is out of reach, and the console says so; then it comes.
    await console.waitFor(/chatmail: Debian's packages cannot be downloaded, trying again/);
    stock.archive.isOpen = true;
    // While packages are installed, nothing of theirs starts.
    await console.waitFor(/Setting up nginx/);
    listened = await shell(relay(), 'ss -Hltn');
    expect(await relayOutcome(console)).toMatchObject({ state: 'ready', domain: '_relay.test' });
    await shell(relay(), 'cloud-init status --wait');
  });
  afterAll(() => stock?.remove());

  test('cloud-init has nothing to complain of', async () => {
    const { exitCode, stdout } = await run(relay(), 'cloud-init', 'status', '--format', 'json');
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { status: 'done', errors: [] }]);
    expect(await shell(relay(), 'grep WARN /var/log/cloud-init.log || true')).toBe('');
    expect(await shell(relay(), 'cloud-init schema --system')).toMatch(/^Valid cloud-config/m);
  });

  test('no server was started half configured', () => {
    expect(listened).not.toMatch(/:(25|143|443|465|587|993) /);
  });

  test('whoever else was at a port of the relay has left it for good', async () => {
    const state =
      'systemctl is-active foreign systemd-resolved; systemctl is-enabled foreign systemd-resolved';
    expect((await shell(relay(), `{ ${state}; } || true`)).split('\n')).toEqual([
      ...['inactive', 'inactive', 'disabled', 'disabled'],
    ]);
  });

  test('the package is installed as dpkg would have it', async () => {
    expect(await shell(relay(), 'dpkg --audit; dpkg --verify chatmail-relay')).toBe('');
    expect(await shell(relay(), "dpkg-query -f '${Status}' -W chatmail-relay")).toBe('install ok installed');
    expect(await shell(relay(), 'find /usr/sbin/policy-rc.d /usr/local -type f 2>/dev/null || true')).toBe(
      '',
    );
  });

  test('names are resolved by the relay itself', async () => {
    expect(await shell(relay(), 'head -1 /etc/resolv.conf')).toBe('nameserver 127.0.0.1');
  });

  relaySuite(relay, { hasDomain: true, isOurImage: false });

  test('after a reboot it is a relay at once, and installs nothing', async () => {
    stock.archive.isOpen = false;
    // Debian's own upgrades look for what is half configured, and write down that they did.
    const look = 'cat /etc/dkimkeys/opendkim.private; grep -v " startup packages " /var/log/dpkg.log';
    const before = await shell(relay(), look);
    await stock.machine.stop();
    await stock.machine.boot();
    expect(await relayOutcome(stock.machine.console)).toMatchObject({ state: 'ready' });
    expect(await shell(relay(), 'cloud-init status --wait')).toContain('status: done');
    expect(await shell(relay(), look)).toBe(before);
    expect(stock.machine.console.text).not.toContain('trying again');
  });
});

test('what is not Debian 12 says so on the console and at its address', async () => {
  const release = { NAME: 'Ubuntu', ID: 'ubuntu', VERSION_ID: '"24.04"', PRETTY_NAME: '"Ubuntu 24.04 LTS"' };
  const lines = Object.entries(release).map(([name, value]) => `${name}=${value}\n`);
  const text = (remote: Release) => renderUserData(SETTINGS, { base: 'debian', ...remote }).text;
  const stock = await bootStock(text, { files: { '/usr/lib/os-release': lines.join('') } });
  onTestFinished(() => stock.remove());
  const { machine } = stock;
  onTestFailed(() => console.error(machine.console.text));
  const message = 'chatmail: this is Ubuntu 24.04 LTS, a relay needs Debian 12.';
  await machine.console.waitFor(new RegExp(message));
  await shell(stock.relay(), 'cloud-init status --wait || true');
  const response = await fetch(`http://${machine.address}/`);
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining(message)]);
  const answers = ['/../../etc/passwd', '/etc/passwd', '/%2e%2e/%2e%2e/etc/passwd'].map((path) =>
    fetch(`http://${machine.address}${path}`).then(({ status }) => status),
  );
  expect(await Promise.all(answers)).toEqual([404, 404, 404]);
  // One of DynamicUser's (systemd.exec(5)).
  const user = Number(await shell(stock.relay(), 'ps -o uid= -C python3'));
  expect(user).toBeGreaterThanOrEqual(61_184);
  expect(await shell(stock.relay(), 'dpkg-query -W nodejs chatmail-relay 2>&1 || true')).not.toMatch(
    /\d\.\d/,
  );
});

/** Random, and said, so that a failure can be had again. */
const seed = Number(process.env.STOCK_SEED ?? Math.floor(Math.random() * 1000));

/** Where power fails: at a line of the console that says this, or after so many; each boot gets a little further. */
const CUTS: readonly (RegExp | number)[] = [
  // It is there, and what it needs is not.
  /Unpacking nodejs /,
  ...[60 + (seed % 41), 120 + (seed % 97), 200 + (seed % 151)],
  // The one package that no archive has.
  /Unpacking chatmail-relay /,
];

test(`cut off at random points (STOCK_SEED=${seed}) it becomes the same relay`, async () => {
  const stock = await bootStock(() => userData());
  onTestFinished(() => stock.remove());
  const { machine } = stock;
  onTestFailed(() => console.error(machine.console.text));
  for (const cut of CUTS) {
    let seen = 0;
    for await (const line of machine.console.follow()) {
      const isCut = typeof cut === 'number' ? ++seen > cut : cut.test(line);
      if (isCut || readAnnouncement(line)) break;
    }
    await machine.kill();
    await machine.boot();
  }
  expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready', domain: '_relay.test' });
  const relay = stock.relay();
  await shell(relay, 'cloud-init status --wait');
  expect(await shell(relay, 'dpkg --audit; dpkg --verify chatmail-relay')).toBe('');
  expect(await shell(relay, 'systemctl --failed --no-legend --plain')).toBe('');
  const active = await shell(relay, `systemctl is-active ${CONFIGURED_SERVERS.join(' ')}`);
  expect(active.split('\n')).toEqual(CONFIGURED_SERVERS.map(() => 'active'));
  // It came whole in the text, and has no packages to offer.
  expect((await ask(relay, '/start/')).status).toBe(404);
  expect((await ask(relay, '/')).body).not.toContain('/start/');
  expect(await shell(relay, 'chatmail status || true')).not.toContain('run your own');
}, 900_000);
