import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installedPackages } from '../../src/image/installed-packages.ts';
import { qemu } from '../../src/model/clouds/qemu.ts';
import { buildRelayPackages } from '../../src/package/deb.ts';
import { packerCommand } from '../../src/packer/command.ts';
import type { Builder } from '../../src/packer/relay/builder.ts';
import { packerFiles } from '../../src/packer/relay/files.ts';
import { followBuild } from '../../src/packer/relay/follow.ts';
import { GUEST_SCRIPTS } from '../../src/packer/relay/guest-scripts.ts';
import { writeFiles } from '../../src/packer/relay/write-files.ts';
import { runPacker } from '../../src/packer/run-packer.ts';
import { createProgress } from '../../src/terminal/progress.ts';
import { inFolder } from '../cli-in-folder.ts';
import { run, type StartedRelay, shell } from './relay.ts';
import { bootStock } from './stock.ts';

/** The scripts that Packer runs in a cloud's machine, in a stock Debian that has booted here and has an identity. */
let started: Pick<StartedRelay, 'relay' | 'stop'>;
let folder: Awaited<ReturnType<typeof inFolder>>;
beforeAll(async () => {
  folder = await inFolder();
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder.cwd, 'key')]);
  const key = await folder.read('key.pub');
  // The user of Debian's own images, who is not root.
  const keys = `ssh_authorized_keys: [${JSON.stringify(key.trim())}]`;
  const stock = await bootStock(() => `#cloud-config\nusers: [default]\n${keys}\n`);
  started = { relay: stock.relay(), stop: stock.remove };
  // Packer comes no earlier.
  await stock.machine.console.waitFor(/Secure Shell server/);
});
afterAll(async () => {
  await started?.stop();
  await folder?.remove();
});

/** A builder that finds its machine instead of making one. */
const existing = (address: string): Builder => ({
  type: 'null',
  cloud: qemu,
  plugin: { name: 'null', source: 'x', version: '1', packer: '1.7.0' },
  isInDebian: true,
  variables: {},
  settings: {
    communicator: 'ssh',
    ssh_host: address,
    ssh_username: 'debian',
    ssh_private_key_file: join(folder.cwd, 'key'),
    ssh_timeout: '1m',
  },
});

/** Has Packer provision the machine over SSH; what it said, and how it ended. */
const packerBuild = async () => {
  const files = packerFiles([existing(started.relay.address)]);
  const { relay, extras } = await buildRelayPackages(folder.cwd);
  await writeFiles(folder.cwd, files, { edited: 'overwrite' });
  await writeFiles(folder.cwd, new Map([['chatmail.yaml', '# none\n']]), { edited: 'overwrite' });
  await rename(relay.path, join(folder.cwd, 'chatmail-relay.deb'));
  await rename(extras.path, join(folder.cwd, 'chatmail-relay-extras.deb'));
  let text = '';
  const progress = createProgress({ output: { write: (more) => (text += more) }, env: {} });
  const template = join(folder.cwd, 'null/null.pkr.hcl');
  const outcome = await followBuild(runPacker(packerCommand({ action: 'build', template })), progress);
  return { outcome, text, steps: progress.times.map(({ name }) => name) };
};

/** Runs a script as Packer does: a file, and `sh` by its path. */
const runScript = async (name: keyof typeof GUEST_SCRIPTS, ...args: string[]) => {
  await put(`/run/${name}`, GUEST_SCRIPTS[name]);
  return run(started.relay, 'sh', '-eu', `/run/${name}`, ...args);
};

const put = async (path: string, content: string | Uint8Array): Promise<void> => {
  const [program = '', ...args] = started.relay.exec ?? [];
  await execa(program, [...args, 'sh', '-c', 'cat > "$1"', 'sh', path], { input: content });
};

test('it waits for cloud-init, and knows Debian 12', async () => {
  expect(await runScript('wait.sh')).toMatchObject({ exitCode: 0 });
});

test('the packages are installed with all it needs and the settings, and nothing is left of that', async () => {
  const { relay, extras } = await buildRelayPackages(folder.cwd);
  await put('/tmp/chatmail-relay.deb', await readFile(relay.path));
  await put('/tmp/chatmail-relay-extras.deb', await readFile(extras.path));
  await put('/tmp/chatmail.yaml', '# a comment\nprivacy_postal: "$(id) `id` \'"\n');
  for (const script of ['install.sh', 'settings.sh'] as const) {
    const { exitCode, all } = await runScript(script);
    expect(exitCode, all).toBe(0);
  }
  expect(await shell(started.relay, 'tail -n 1 /etc/chatmail/chatmail.yaml')).toBe(
    'privacy_postal: "$(id) `id` \'"',
  );
  expect(await shell(started.relay, 'ls /tmp')).not.toMatch(/\.deb|yaml/);
  expect(
    await shell(started.relay, 'find /usr/sbin/policy-rc.d /usr/local -type f 2>/dev/null || true'),
  ).toBe('');
  await shell(started.relay, 'rm /etc/chatmail/chatmail.yaml');
});

test('settings that are all comments are none', async () => {
  await put('/tmp/chatmail.yaml', '# mail_domain: a\n\n  # b\n');
  const { exitCode, all } = await runScript('settings.sh');
  expect(exitCode, all).toBe(0);
  expect(await shell(started.relay, 'ls /etc/chatmail /tmp')).not.toMatch(/chatmail\.(yaml|deb)/);
});

test('the self-test finds what is there, and what is missing', async () => {
  const whole = await runScript('self-test.sh');
  expect(whole.exitCode, whole.all).toBe(0);
  await shell(
    started.relay,
    'mv /usr/bin/cloud-init /usr/bin/cloud-away; systemctl disable chatmail-firstboot',
  );
  const broken = await runScript('self-test.sh');
  await shell(
    started.relay,
    'mv /usr/bin/cloud-away /usr/bin/cloud-init; systemctl enable chatmail-firstboot',
  );
  expect(broken.exitCode).toBe(1);
  expect(broken.all).toContain('the image would lack cloud-init');
  expect(broken.all).toContain('chatmail-firstboot.service would not start');
});

test('Packer provisions over SSH as a user, and the seal takes out all that is of this one machine', async () => {
  await shell(
    started.relay,
    // What the package depends on is there by now, and no archive within reach.
    `rm -r /etc/apt/sources.list /etc/apt/sources.list.d
     mkdir -p /root/.ssh /var/lib/dhcp
     echo key > /root/.ssh/authorized_keys
     echo history > /root/.bash_history
     echo lease > /var/lib/dhcp/dhclient.eth0.leases
     echo log > /var/log/some.log
     echo builder > /etc/hostname
     usermod --password '$6$a$b' root`,
  );
  const { outcome, text, steps } = await packerBuild();
  expect(outcome, text).toMatchObject({ status: 'done' });
  expect(steps).toEqual(['machine', 'wait', 'package', 'self-test', 'seal', 'image']);
  const packages = installedPackages(await folder.read('null/dpkg-status'));
  expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['chatmail-relay', 'postfix']));
  expect(await runScript('seal.sh', 'check')).toMatchObject({ exitCode: 0, all: '' });
  expect(await shell(started.relay, 'cat /etc/shadow')).toMatch(/^root:\*:/m);
  expect(await shell(started.relay, 'stat --format %s /etc/machine-id')).toBe('0');
});

test('the seal does not close over a relay that has been one', async () => {
  await shell(started.relay, 'echo {} > /etc/chatmail/relay.json');
  const { exitCode, all } = await runScript('seal.sh');
  await shell(started.relay, 'rm /etc/chatmail/relay.json');
  expect(exitCode).toBe(1);
  expect(all).toContain('/etc/chatmail/relay.json: no settled relay');
  expect(all).toContain('the image would hold an identity');
});

test.each([
  ['/home/someone/.ssh/id_ed25519', 'no authorized key'],
  ['/etc/unbound/unbound_more.key', 'no private key'],
  ['/opt/agent/data', 'no private key'],
])('what it does not take out stops the build: %s', async (path, rule) => {
  await shell(
    started.relay,
    `mkdir -p $(dirname ${path}); printf '%s\\n' '-----BEGIN OPENSSH PRIVATE KEY-----' > ${path}`,
  );
  const { exitCode, all } = await runScript('seal.sh', 'check');
  await shell(started.relay, `rm -rf ${path}`);
  expect(exitCode).toBe(1);
  expect(all).toContain(`${path}: ${rule}`);
});
