import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { buildRelayPackages } from '../../src/package/deb.ts';
import { signArchive, updateArchive } from '../../src/release/archive.ts';
import { createKey, type Signer, withSigner } from '../../src/release/signing.ts';
import { sourcesFile } from '../../src/release/sources-file.ts';
import { VERSION } from '../../src/version.ts';
import { TAR } from './images.ts';
import { type Relay, run, shell } from './relay.ts';

/** A relay that has the first package of a release and no other, as the pasted text makes it; its archive is in it. */
let machine: Machine;
let folder: string;
let packages: readonly string[];
const URL = 'http://127.0.0.1:8000';
const NEWER = '99.0.0';

const relay = (): Relay => {
  const { exec = [], address } = machine;
  return { state: 'ready', address, domain: '_relay.test', ports: SERVICE_PORTS, exec };
};
const inside = (script: string) => shell(relay(), script);
const configure = (...settings: string[]) =>
  inside(`chatmail configure ${settings.map((setting) => `--set ${setting}`).join(' ')} >/dev/null`);
const signed = <T>(use: (signer: Signer) => Promise<T>) => withSigner(join(folder, 'key.asc'), use);

/** The same package in another version, or under another name. */
const changed = async (file: string, edit: (control: string) => string, name: string): Promise<string> => {
  const tree = await mkdtemp(join(folder, 'tree-'));
  await execa('dpkg-deb', ['--raw-extract', file, tree]);
  const control = join(tree, 'DEBIAN/control');
  await writeFile(control, edit(await readFile(control, 'utf8')));
  const target = join(folder, name);
  await execa('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, target]);
  return target;
};

/** Adds packages to the archive in the machine. */
const publish = (files: readonly string[]) =>
  signed((signer) =>
    updateArchive(join(machine.root ?? '', 'srv/debian'), files, {
      epoch: 0,
      now: Date.now() / 1000,
      signer,
    }),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-archive-'));
  await createKey(join(folder, 'key.asc'));
  const source = await signed(async ({ publicKey }) => sourcesFile(URL, publicKey));
  const built = await buildRelayPackages(folder, process.env, source);
  packages = [built.relay.path, built.extras.path];
  const settings = '#cloud-config\nchatmail:\n  mail_domain: _relay.test\n  metrics_address: 127.0.0.1\n';
  machine = await bootContainer({ tree: await cachedTree(TAR), userData: Buffer.from(settings) });
  expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready' });
  await mkdir(join(machine.root ?? '', 'srv/debian'), { recursive: true });
  await inside('systemd-run --unit=www python3 -m http.server 8000 --bind 127.0.0.1 --directory /srv');
  const bash = await changed(
    packages[0] ?? '',
    () => 'Package: bash\nVersion: 99\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: a\n',
    'bash_99_all.deb',
  );
  await publish([...packages, bash]);
  await cp(packages[0] ?? '', join(machine.root ?? '', 'root', basename(packages[0] ?? '')));
  await inside(`dpkg --purge chatmail-relay-extras; dpkg --install /root/*.deb`);
});
afterAll(async () => {
  await machine?.remove();
  await rm(folder, { recursive: true, force: true });
});

const extras = "dpkg-query -W -f '${Version} ${db:Status-Status}' chatmail-relay-extras";

test('a relay without extras gets them, in its own version, once it is ready', async () => {
  expect(await inside(`${extras} || true`)).not.toContain('installed');
  await inside('systemctl restart chatmail-firstboot');
  await inside(`until [ "$(${extras})" = '${VERSION} installed' ]; do sleep 0.2; done 2>/dev/null`);
  await inside('until [ -e /etc/apt/preferences.d/chatmail ]; do sleep 0.2; done');
  expect(await inside('chatmail --version')).toBe(`chatmail ${VERSION} from ${URL}`);
  expect(await inside('cat /run/chatmail/www/setup.html')).toContain(`version ${VERSION} from ${URL}.`);
  expect(JSON.parse((await run(relay(), 'chatmail', 'status', '--json')).stdout)).toMatchObject({
    version: VERSION,
    archive: URL,
  });
});

test('with `updates: false` it does not ask for them', async () => {
  await configure('updates=false');
  expect(await inside('ls /etc/apt/sources.list.d')).not.toContain('chatmail');
  await inside('dpkg --remove chatmail-relay-extras; sh -x /usr/share/chatmail/get-extras');
  expect(await inside(`${extras} || true`)).not.toContain(' installed');
  await configure('updates=true');
  await inside('sh /usr/share/chatmail/get-extras');
  expect(await inside(extras)).toBe(`${VERSION} installed`);
  expect(await inside('ls /etc/apt/sources.list.d')).toContain('chatmail.sources');
});

describe('updates', () => {
  test.each([
    [true, true, ['Debian', 'Debian-Security', 'origin=chatmail-image']],
    [true, false, ['Debian', 'Debian-Security']],
    [false, true, ['origin=chatmail-image']],
  ])('unattended_upgrades %s, updates %s: what may be installed', async (debian, ours, origins) => {
    await configure(`unattended_upgrades=${debian}`, `updates=${ours}`);
    const { all = '' } = await run(relay(), 'unattended-upgrade', '--dry-run', '--debug');
    const allowed = /^Allowed origins are: (.*)$/m.exec(all)?.[1]?.split(', ') ?? [];
    expect(allowed.map((one) => /label=([\w-]+)$/.exec(one)?.[1] ?? one)).toEqual(
      expect.arrayContaining(origins),
    );
    expect(allowed.some((one) => one.includes('chatmail'))).toBe(ours);
  });

  test('with unattended_upgrades off, a new version of the relay is installed and nothing else', async () => {
    const newer = await Promise.all(
      packages.map((file) =>
        changed(
          file,
          (control) =>
            control.replace(/^Version: .*/m, `Version: ${NEWER}`).replace(`(= ${VERSION})`, `(= ${NEWER})`),
          basename(file).replace(VERSION, NEWER),
        ),
      ),
    );
    await publish(newer);
    const bash = await inside("dpkg-query -W -f '${Version}' bash");
    await inside('apt-get --quiet update && unattended-upgrade');
    expect(await inside(extras)).toBe(`${NEWER} installed`);
    expect(await inside("dpkg-query -W -f '${Version}' bash")).toBe(bash);
  });

  test('update_hour is when the timer elapses, at once', async () => {
    const hour = () => inside('systemctl show -P TimersCalendar apt-daily-upgrade.timer');
    expect(await hour()).toContain('*-*-* 06:00:00');
    await configure('update_hour=3');
    await inside(
      'until systemctl show -P TimersCalendar apt-daily-upgrade.timer | grep -q " 03:00:00"; do sleep 0.1; done',
    );
    expect(await hour()).not.toContain('06:00:00');
  });
});

test('an archive whose signature has expired is told on the console, in status and in the metrics', async () => {
  await inside('rm -r /var/lib/chatmail/archive/lists || true');
  const archive = join(machine.root ?? '', 'srv/debian');
  await signed((signer) => signArchive(archive, signer, Date.now() / 1000 - 91 * 86_400));
  await inside('systemctl start chatmail-archive');
  const problem = `no new versions from ${URL}: its signature has expired`;
  await machine.console.waitFor(/no new versions from .*: its signature has expired/);
  expect((await run(relay(), 'chatmail', 'status')).stdout).toContain(problem);
  expect(
    await inside(
      `python3 -c 'import urllib.request as r; print(r.urlopen("http://127.0.0.1:3903/metrics").read().decode())'`,
    ),
  ).toContain('chatmail_archive_checks_total{result="expired"} 1');
  await signed((signer) => signArchive(archive, signer, Date.now() / 1000));
  await inside('systemctl start chatmail-archive');
  expect((await run(relay(), 'chatmail', 'status')).stdout).not.toContain('no new versions');
});
