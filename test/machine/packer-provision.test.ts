import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identityLeaks, passwordLeaks } from '../../src/image/identity-rules.ts';
import { parseEntries } from '../../src/image/self-test.ts';
import { buildRelayPackage } from '../../src/package/deb.ts';
import { GUEST_SCRIPTS } from '../../src/packer/relay/guest-scripts.ts';
import { inFolder } from '../cli-in-folder.ts';
import { TAR } from './images.ts';
import { run, type StartedRelay, shell, startRelay } from './relay.ts';

/** The scripts that Packer runs in a cloud's machine, in one that has booted here and has an identity. */
let started: StartedRelay;
beforeAll(async () => {
  started = await startRelay(['--backend', 'nspawn', '--image', TAR]);
});
afterAll(() => started?.stop());

/** Runs a script as Packer does: a file, and `sh` by its path. */
const runScript = async (name: keyof typeof GUEST_SCRIPTS) => {
  await put(`/tmp/${name}`, GUEST_SCRIPTS[name]);
  return run(started.relay, 'sh', `/tmp/${name}`);
};

const put = async (path: string, content: string | Uint8Array): Promise<void> => {
  const [program = '', ...args] = started.relay.exec ?? [];
  await execa(program, [...args, 'sh', '-c', 'cat > "$1"', 'sh', path], { input: content });
};

test('it waits for cloud-init, and knows Debian 12', async () => {
  expect(await runScript('wait.sh')).toMatchObject({ exitCode: 0 });
});

test('the package is installed with the settings, and nothing is left of that', async () => {
  const folder = await inFolder();
  const { path } = await buildRelayPackage(folder.cwd);
  await put('/tmp/chatmail-relay.deb', await readFile(path));
  await folder.remove();
  await put('/tmp/chatmail.yaml', '# a comment\nprivacy_postal: "$(id) `id` \'"\n');
  // There is no archive within reach, and all that the package depends on is there.
  await shell(started.relay, 'mv /etc/apt/sources.list /etc/apt/sources.list.d /root');
  const { exitCode, all } = await runScript('install.sh');
  await shell(started.relay, 'cd /root; mv sources.list sources.list.d /etc/apt');
  expect(exitCode, all).toBe(0);
  expect(await shell(started.relay, 'tail -n 1 /etc/chatmail/chatmail.yaml')).toBe(
    'privacy_postal: "$(id) `id` \'"',
  );
  expect(await shell(started.relay, 'ls /tmp /usr/sbin/policy-rc.d 2>&1 || true')).not.toMatch(/\.deb|yaml/);
  await shell(started.relay, 'rm /etc/chatmail/chatmail.yaml');
});

test('settings that are all comments are none', async () => {
  await put('/tmp/chatmail.yaml', '# mail_domain: a\n\n  # b\n');
  await shell(
    started.relay,
    `if grep -q '^[^#[:space:]]' /tmp/chatmail.yaml; then exit 1; fi; rm /tmp/chatmail.yaml`,
  );
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

test('the seal does not close over a relay that has been one', async () => {
  const { exitCode, all } = await runScript('seal.sh');
  expect(exitCode).toBe(1);
  expect(all).toContain('/etc/chatmail/relay.json: no settled relay');
  expect(all).toContain('the image would hold an identity');
});

test('the seal takes out all that is of this one machine', async () => {
  await shell(
    started.relay,
    `systemctl stop chatmail-firstboot 'chatmail-*.socket' 'chatmail-*.service' postfix@- dovecot opendkim nginx unbound || true
     rm -rf /etc/chatmail/relay.json /var/lib/chatmail/* /etc/dkimkeys/*.private /etc/dkimkeys/*.txt /home/vmail/mail/* \
       /etc/ssl/private/* /var/lib/acme/*
     mkdir -p /root/.ssh /var/lib/dhcp
     echo key > /root/.ssh/authorized_keys
     echo history > /root/.bash_history
     echo lease > /var/lib/dhcp/dhclient.eth0.leases
     echo log > /var/log/some.log
     echo builder > /etc/hostname
     usermod --password '$6$a$b' root`,
  );
  const { exitCode, all } = await runScript('seal.sh');
  expect(exitCode, all).toBe(0);
  const list = await run(
    started.relay,
    ...['find', '/', '-xdev', '-path', '/usr/share', '-prune', '-o', '-mindepth', '1'],
    ...['-printf', '%y %s /%P\\0'],
  );
  const entries = parseEntries(list.stdout);
  expect(entries.length).toBeGreaterThan(1000);
  expect(identityLeaks(entries)).toEqual([]);
  const shadow = await shell(started.relay, 'cat /etc/shadow');
  expect(passwordLeaks(shadow)).toEqual([]);
  expect(shadow).toMatch(/^root:\*:/m);
  expect(entries).toContainEqual({ type: 'f', size: 0, path: '/etc/machine-id' });
});

test.each([
  ['/home/someone/.ssh/id_ed25519', 'no authorized key'],
  ['/etc/unbound/unbound_more.key', 'no private key'],
  ['/opt/agent/data', 'no private key'],
])('what it does not take out stops the build: %s', async (path, rule) => {
  // Nothing can be written between its two halves, so the second is run alone.
  const check = GUEST_SCRIPTS['seal.sh'].split('# Nothing of identity may be left').at(-1);
  await shell(
    started.relay,
    `mkdir -p $(dirname ${path}); printf '%s\\n' '-----BEGIN OPENSSH PRIVATE KEY-----' > ${path}`,
  );
  await put('/run/check.sh', `set -eu\nexport LC_ALL=C\ncd /\n# ${check}`);
  const { exitCode, all } = await run(started.relay, 'sh', '/run/check.sh');
  await shell(started.relay, `rm -rf ${path}`);
  expect(exitCode).toBe(1);
  expect(all).toContain(`${path.startsWith('/opt') ? 'opt/agent/data' : path}: ${rule}`);
});
