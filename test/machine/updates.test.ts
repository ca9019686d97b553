import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { updateArchive } from '../../src/release/archive.ts';
import { VERSION } from '../../src/version.ts';
import { TAR } from './images.ts';
import { whileMailFlows } from './mail-flow.ts';
import { type Relay, run, shell } from './relay.ts';
import { repackage } from './repackage.ts';

const USER_DATA =
  '#cloud-config\nchatmail:\n  mail_domain: _relay.test\n  max_load_1m: 1000\n  metrics_address: 127.0.0.1\n  max_user_send_per_minute: 100000\n  max_user_send_burst_size: 1000\n';
/** What is right takes as long as it takes; what is wrong need not be waited for. */
const SHORT = 'TRIAL_SECONDS=1 SCRIPT_SECONDS=15';
const LIMITS = '/etc/systemd/system/chatmail-trial.service.d/test.conf';

const STORE = '/var/lib/chatmail/packages';

let folder: string;
let machine: Machine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'updates-'));
  machine = await bootContainer({
    tree: await cachedTree(TAR),
    userData: Buffer.from(USER_DATA),
  });
  expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready' });
});
afterAll(async () => {
  await machine?.remove();
  await rm(folder, { recursive: true });
});

const relay = (): Relay => {
  const { exec = [], address } = machine;
  return { state: 'ready', address, domain: '_relay.test', ports: SERVICE_PORTS, exec };
};
const inside = (script: string) => shell(relay(), script);

type Change = NonNullable<Parameters<typeof repackage>[1]['change']>;

/** Puts packages of a version into the machine, at `/root/VERSION`. */
const bring = async (version: string, change: Change = []): Promise<void> => {
  const files = await repackage(folder, { version, change });
  const target = join(machine.root ?? '', 'root', version);
  await mkdir(target, { recursive: true });
  for (const file of files) await cp(file, join(target, file.replace(/^.*\//, '')));
};

/** Publishes a version in an archive in the machine, as a release has one. */
const publish = async (version: string): Promise<void> => {
  const packages = await repackage(folder, { version });
  const archive = join(machine.root ?? '', 'srv/archive');
  const now = Math.floor(Date.now() / 1000);
  await updateArchive(archive, packages, { epoch: now, now, signer: undefined });
  await inside(
    `printf 'Types: deb\\nURIs: file:/srv/archive\\nSuites: stable\\nComponents: main\\nTrusted: yes\\n' > /usr/share/chatmail/archive.sources`,
  );
};

/** Waits until there is no trial any more; how the update ended. */
const outcome = async (): Promise<Record<string, unknown>> =>
  JSON.parse(
    await inside(
      'while [ -e /var/lib/chatmail/trial ]; do sleep 0.2; done; cat /var/lib/chatmail/update.json',
    ),
  );

const installed = () =>
  inside(
    "dpkg-query -W -f '${Version} ${db:Status-Status}\n' chatmail-relay chatmail-relay-extras | sort -u",
  );
const names = (version: string) =>
  ['chatmail-relay-extras', 'chatmail-relay'].map((name) => `${name}_${version}_all.deb`).sort();
const stored = async (path: string) =>
  (await inside(`cd ${path}; ls *.deb 2>/dev/null || true`)).split('\n').sort();

test('an image has the packages it was made with', async () => {
  expect(await stored(STORE)).toEqual(names(VERSION));
  expect(await inside(`stat -c '%a %U' ${STORE}/*.deb | sort -u`)).toBe('644 root');
});

/** A command of the relay; what it printed as JSON, and how it ended. */
const chatmail = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await run(relay(), 'chatmail', ...args, '--json');
  return { exitCode, stderr, said: stdout ? (JSON.parse(stdout) as Record<string, unknown>) : undefined };
};

describe('chatmail update', () => {
  test('says what is missing where there is no archive, and no way back', async () => {
    expect(await chatmail('update')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('knows no archive'),
    });
    expect(await chatmail('update', '--back')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no way back'),
    });
    expect(await chatmail('update', '--back', '--check')).toMatchObject({ exitCode: 2 });
    expect(
      await run(relay(), 'setpriv', '--reuid', 'nobody', '--clear-groups', 'chatmail', 'update'),
    ).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('only root'),
    });
  });

  test('says what there is', async () => {
    await publish('0.2.0');
    expect(await chatmail('update', '--check')).toEqual({
      exitCode: 0,
      stderr: '',
      said: { installed: VERSION, available: '0.2.0' },
    });
    expect(await installed()).toBe(`${VERSION} installed`);
  });

  test('installs the newest version while mail flows, and nobody is refused or cut off', async () => {
    const flow = await whileMailFlows(relay(), async () => {
      expect(await chatmail('update')).toMatchObject({
        exitCode: 0,
        said: { from: VERSION, to: '0.2.0', result: 'kept' },
        stderr: expect.stringMatching(/downloading 0\.2\.0\ninstalling 0\.2\.0\ntrying 0\.2\.0/),
      });
    });
    expect(flow.refused).toEqual([]);
    expect(flow.accepted.length).toBeGreaterThan(10);
    expect(flow.heard).toBeGreaterThan(0);
    expect(await installed()).toBe('0.2.0 installed');
    expect([await stored(STORE), await stored(`${STORE}/previous`)]).toEqual([
      names('0.2.0'),
      names(VERSION),
    ]);
    expect(await chatmail('update')).toMatchObject({
      exitCode: 0,
      said: { installed: '0.2.0', result: 'unchanged' },
    });
  });

  test('nothing of the trial is left: neither its address nor what would start it', async () => {
    await inside('while [ -e /etc/systemd/system/chatmail-trial.service ]; do sleep 0.1; done');
    const left =
      'find /home/vmail/mail -name "ci-*"; find /etc/systemd -name "chatmail-trial*"; ls /var/lib/chatmail';
    expect(await inside(left)).not.toMatch(/ci-|trial|update-problem/);
    expect(await inside('chatmail status')).not.toContain('update');
    expect(await inside('chatmail --version')).toContain('0.2.0');
  });

  test('goes back while mail flows, and stays there until it is told', async () => {
    const flow = await whileMailFlows(relay(), async () => {
      expect(await chatmail('update', '--back')).toMatchObject({
        exitCode: 0,
        said: { from: '0.2.0', to: VERSION, result: 'kept' },
      });
    });
    expect(flow.refused).toEqual([]);
    expect(await installed()).toBe(`${VERSION} installed`);
    expect([await stored(STORE), await stored(`${STORE}/previous`)]).toEqual([
      names(VERSION),
      names('0.2.0'),
    ]);
    expect(await chatmail('update')).toMatchObject({ exitCode: 0, said: { result: 'unchanged' } });
  });

  test('interrupted while it asks the archive it changes nothing', async () => {
    const sources = '/usr/share/chatmail/archive.sources';
    expect(
      await inside(`cp ${sources} /root/sources; sed -i 's|^URIs.*|URIs: http://127.0.0.1:8099|' ${sources}
        node -e 'require("net").createServer(() => {}).listen(8099)' & server=$!
        chatmail update 2>&1 & update=$!
        until pgrep -x apt-get > /dev/null; do sleep 0.1; done; kill -TERM $update; wait $update || echo $?
        kill $server; mv /root/sources ${sources}; pgrep -x apt-get || true`),
    ).toBe('chatmail: interrupted\n1');
    expect(await installed()).toBe(`${VERSION} installed`);
  });

  test('a version that would misunderstand the state is refused, and nothing was changed', async () => {
    const volume = '/var/lib/chatmail/data/chatmail';
    await inside(`mkdir -p ${volume}; echo 2 > ${volume}/state-version`);
    expect(await chatmail('update', '--to', '0.2.0')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(
        '0.2.0 does not understand the state of this relay: nothing was changed',
      ),
    });
    const byHand = await run(relay(), 'sh', '-c', 'dpkg --install /srv/archive/pool/*_0.2.0_all.deb');
    expect([byHand.exitCode, byHand.all]).toEqual([2, expect.stringContaining('0.2.0 does not understand')]);
    expect(await installed()).toBe(`${VERSION} installed`);
    await inside(`rm -r ${volume}`);
  });

  test('interrupted while it installs it goes on', async () => {
    expect(
      await inside(`chatmail update --to 0.2.0 2>/root/said & update=$!
        until [ -e /var/lib/chatmail/trial/trial.json ]; do sleep 0.1; done; kill -TERM $update; wait $update || echo $?
        tail -n 1 /root/said`),
    ).toBe('1\nchatmail: the update to 0.2.0 goes on: `chatmail update --check` shows how it ended');
    expect(await outcome()).toMatchObject({ to: '0.2.0', result: 'kept' });
    expect(await installed()).toBe('0.2.0 installed');
    expect(await inside('ls /etc/apt/preferences.d')).not.toContain('chatmail-undone');
    expect(await inside(`ls ${STORE}`)).not.toContain('download');
  });

  test('an archive without that version changes nothing', async () => {
    const { exitCode, stderr } = await chatmail('update', '--to', '7.0');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("Version '7.0'")]);
    expect(await installed()).toBe('0.2.0 installed');
  });
});

const BAD: readonly [string, string, string, Change][] = [
  [
    'whose program crashes',
    '0.3.1',
    'no answer from',
    [['/usr/bin/chatmail', () => '#!/usr/bin/node\nprocess.exit(1);\n']],
  ],
  [
    'that breaks the configuration of nginx',
    '0.3.2',
    'nginx does not accept its configuration',
    [['/usr/share/chatmail/templates/etc/chatmail/nginx.conf', (text) => `${text}nonsense;\n`]],
  ],
  [
    'whose script fails',
    '0.3.3',
    'its packages cannot be installed',
    [['DEBIAN/postinst', () => '#!/bin/sh\nexit 1\n']],
  ],
  [
    'whose script hangs',
    '0.3.4',
    'its packages cannot be installed',
    [['DEBIAN/postinst', () => '#!/bin/sh\nsleep 1000\n']],
  ],
  [
    'that refuses logins',
    '0.3.5',
    'a login is refused',
    [
      [
        '/usr/share/chatmail/templates/etc/chatmail/dovecot-auth.conf.ext',
        (text) => text.replaceAll('passdb/', 'nothing/'),
      ],
    ],
  ],
];

describe('a bad update', () => {
  beforeAll(async () => {
    await inside(
      `mkdir ${LIMITS.replace(/[^/]*$/, '')}; printf '[Service]\\nEnvironment=${SHORT}\\n' > ${LIMITS}`,
    );
  });

  test.each(BAD)('%s is undone', async (_, version, reason, change) => {
    await bring(version, change);
    await run(relay(), 'sh', '-c', `dpkg --install /root/${version}/*.deb`);
    const ended = await outcome();
    expect(ended).toMatchObject({
      from: '0.2.0',
      to: version,
      result: 'undone',
      reason: expect.stringContaining(reason),
    });
    expect(ended.reason).not.toContain('either');
    expect(await installed()).toBe('0.2.0 installed');
    expect(await inside('dpkg --audit')).toBe('');
    expect(await stored(STORE)).toEqual(names('0.2.0'));
    expect(await inside('chatmail status')).toContain(`the update to ${version} was undone, 0.2.0 is back: `);
    expect(await inside('cat /etc/apt/preferences.d/*')).toContain(`Pin: version ${version}\n`);
  });

  test('is told in the metrics and above the login prompt', async () => {
    expect(await inside('cat /run/chatmail/metrics/update/totals.json')).toContain(
      `"updates{result=\\"undone\\"}":${BAD.length}`,
    );
    expect(await inside('cat /etc/issue.d/*')).toContain('the update to 0.3.5 was undone');
  });
});

describe('a machine that dies in an update', () => {
  const VERSIONS = ['0.5.0', '0.6.0'] as const;
  const ROUNDS = 10;
  /** Longer than it takes to install packages. */
  const SPAN_MS = 6000;
  beforeAll(async () => {
    for (const version of VERSIONS) await bring(version);
  });

  test.each(Array.from({ length: ROUNDS }, (_, i) => i))(
    'has one whole version after its next boot (%i)',
    async (round) => {
      const before = (await installed()).split(' ')[0];
      const [to = ''] = VERSIONS.filter((version) => version !== before);
      // Somewhere in each tenth of that time.
      const moment = ((round + Math.random()) / ROUNDS) * SPAN_MS;
      const killed = run(relay(), 'sh', '-c', `dpkg --install /root/${to}/*.deb`);
      await pause(moment);
      await machine.kill();
      await killed;
      await machine.boot();
      expect(await relayOutcome(machine.console), `killed after ${moment} ms`).toMatchObject({
        state: 'ready',
      });
      await inside('while [ -e /var/lib/chatmail/trial/trial.json ]; do sleep 0.2; done');
      const now = await installed();
      expect([`${before} installed`, `${to} installed`], `killed after ${moment} ms`).toContain(now);
      expect(
        await inside(
          'dpkg --audit; dpkg --verify chatmail-relay chatmail-relay-extras | grep -v /usr/share/doc/ || true',
        ),
        `killed after ${moment} ms`,
      ).toBe('');
      expect(await stored(STORE)).toEqual(names(now.split(' ')[0] ?? ''));
    },
  );
});
