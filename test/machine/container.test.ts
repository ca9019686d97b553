import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { TAR } from './images.ts';
import { type Relay, type StartedRelay, shell, startRelay } from './relay.ts';
import { relaySuite } from './relay-suite.ts';
import { joinPagesSuite } from './suite/join-pages.ts';
import { limitsSuite } from './suite/limits.ts';

/** A computer that runs tests is busy; by default that closes a relay for new addresses. */
const BUSY = 'max_load_1m: 1000';

describe('a relay from user-data', () => {
  let started: StartedRelay;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'user-data-'));
    const file = join(folder, 'user-data');
    await writeFile(file, `#cloud-config\nchatmail:\n  mail_domain: _relay.test\n  ${BUSY}\n`);
    started = await startRelay(['--backend', 'nspawn', '--image', TAR, '--user-data', file]);
  });
  afterAll(async () => {
    await started?.stop();
    await rm(folder, { recursive: true });
  });
  const relay = () => started.relay;

  test('has the name it was given', () => {
    expect(relay()).toMatchObject({ state: 'ready', domain: '_relay.test', ports: SERVICE_PORTS });
  });

  test('says where its settings are from', async () => {
    const { sources } = JSON.parse(await shell(relay(), 'chatmail status --json')) as { sources: object };
    expect(sources).toEqual({ mail_domain: 'user-data', max_load_1m: 'user-data' });
  });

  test('cloud-init is content', async () => {
    expect(await shell(relay(), 'cloud-init status --wait > /dev/null; cloud-init status')).toBe(
      'status: done',
    );
  });

  test('`man chatmail` shows its page', async () => {
    expect(await shell(relay(), 'man chatmail | head -n 1')).toMatch(/^CHATMAIL\(8\)/);
  });

  describe('limits', () => limitsSuite(relay));
  describe('how people join', () => joinPagesSuite(relay));
  relaySuite(relay, { hasDomain: true });
});

describe('a relay from nothing', () => {
  let started: StartedRelay;
  beforeAll(async () => {
    started = await startRelay(['--backend', 'nspawn', '--image', TAR]);
    await shell(
      started.relay,
      `echo '${BUSY}' > /etc/chatmail/chatmail.yaml; chatmail configure; systemctl restart chatmail-doveauth`,
    );
  });
  afterAll(() => started?.stop());
  const relay = () => started.relay;

  test('has its address for a name', () => {
    const { state, domain, address } = relay();
    expect([state, domain]).toEqual(['ready', address]);
  });

  relaySuite(relay, { hasDomain: false });
});

/** Boots the image with this user-data and waits for what it says on the console. */
const bootWith = async (userData: string): Promise<Machine> => {
  const machine = await bootContainer({ tree: await cachedTree(TAR), userData: Buffer.from(userData) });
  onTestFinished(() => machine.remove());
  return machine;
};

const isOpen = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    const end = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });

const MAIL_PORTS = [25, 143, 443, 465, 587, 993];

describe('a relay with wrong settings', () => {
  test('says on its console which and why, and keeps mail down', async () => {
    const machine = await bootWith(
      '#cloud-config\nchatmail:\n  mail_domain: _relay.test\n  max_mailbox_sice: 1G\n  password_min_length: many\n',
    );
    const outcome = await relayOutcome(machine.console);
    expect(outcome?.state).toBe('error');
    const problem = outcome?.state === 'error' ? outcome.problem : '';
    expect(problem).toContain('user-data:4:3');
    expect(problem).toContain('max_mailbox_size');
    expect(problem).toContain('user-data:5:');
    expect(problem).toContain('password_min_length');
    expect(problem).toContain('mail services stay down. Correct the text you pasted, and reboot.');
    for (const port of MAIL_PORTS) expect([port, await isOpen(machine.address, port)]).toEqual([port, false]);
    const { exec = [], address } = machine;
    const relay: Relay = { state: 'error', address, domain: '', ports: SERVICE_PORTS, exec };
    expect(await shell(relay, 'cat /var/lib/chatmail/state.json')).toContain('"state":"error"');
  });

  test('starts once they are right, after a reboot', async () => {
    const machine = await bootWith('#cloud-config\nchatmail:\n  mail_domain: not a domain\n');
    expect(await relayOutcome(machine.console)).toMatchObject({ state: 'error' });
    const { exec = [], address } = machine;
    const relay: Relay = { state: 'error', address, domain: '', ports: SERVICE_PORTS, exec };
    const seed = '/var/lib/cloud/seed/nocloud';
    await shell(relay, `sed -i 's/not a domain/_relay.test/' ${seed}/user-data`);
    await machine.stop();
    await machine.boot();
    expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready', domain: '_relay.test' });
  });
});

test('a relay keeps its identity over a reboot, and two relays share none', async () => {
  const identity = `cat /etc/machine-id /etc/ssh/ssh_host_*_key.pub; openssl x509 -noout -serial -in /etc/ssl/certs/mailserver.pem
    openssl rsa -in /etc/dkimkeys/opendkim.private -pubout 2>/dev/null`;
  const identities: string[] = [];
  const machines = [
    await bootWith('#cloud-config\nchatmail:\n  mail_domain: _one.test\n'),
    await bootWith('#cloud-config\nchatmail:\n  mail_domain: _two.test\n'),
  ];
  for (const machine of machines) {
    const look = () => {
      const { exec = [], address } = machine;
      return shell({ state: 'ready', address, domain: '', ports: SERVICE_PORTS, exec }, identity);
    };
    expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready' });
    const first = await look();
    await machine.stop();
    await machine.boot();
    expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready' });
    expect(await look()).toBe(first);
    identities.push(first);
  }
  const lines = identities.map((text) => text.split('\n').filter((line) => /[\w+/]{20}/.test(line)));
  expect(lines[0]?.length).toBeGreaterThan(3);
  expect(lines[0]?.filter((line) => lines[1]?.includes(line))).toEqual([]);
});
