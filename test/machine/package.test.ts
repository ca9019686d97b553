import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildRelayPackage, type RelayPackage } from '../../src/package/deb.ts';
import { run, type StartedRelay, shell, startRelay } from './relay.ts';

let folder: string;
let built: RelayPackage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-package-'));
  built = await buildRelayPackage(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('lintian has nothing to say', async () => {
  const { stdout } = await execa('lintian', ['--allow-root', '--fail-on', 'error,warning', built.path]);
  expect(stdout).toBe('');
});

test('the same sources give the same bytes', async () => {
  const again = await buildRelayPackage(join(folder, 'again'));
  const { stdout } = await execa('sha256sum', [built.path, again.path]);
  const [first, second] = stdout.split('\n').map((line) => line.split(' ')[0]);
  expect(first).toBe(second);
});

describe('in a machine', () => {
  let started: StartedRelay;
  const inside = (script: string) => shell(started.relay, script);
  const isActive = async (unit: string) => (await run(started.relay, 'systemctl', 'is-active', unit)).stdout;
  const dpkg = async (...args: string[]) => {
    const { exitCode, all } = await run(started.relay, 'dpkg', ...args);
    expect(all, all).not.toMatch(/^dpkg: (error|warning)/m);
    expect(exitCode, all).toBe(0);
  };

  beforeAll(async () => {
    started = await startRelay(['--backend', 'nspawn']);
    await inside('mkdir -p /home/vmail/mail/x/y@x/new && echo mail > /home/vmail/mail/x/y@x/new/1');
    // What the package replaced, so that its return shows.
    await inside('echo "# before" > /var/lib/chatmail/replaced/etc/postfix/main.cf');
    await execa('sh', [
      '-c',
      `cat ${built.path} | ${started.relay.exec?.join(' ')} sh -c 'cat > /root/relay.deb'`,
    ]);
  });
  afterAll(() => started.stop());

  test('an upgrade leaves the relay running, and switched off what was', async () => {
    await inside('systemctl disable --quiet chatmail-expire.timer');
    await dpkg('--install', '/root/relay.deb');
    expect(await isActive('chatmail-filtermail.service')).toBe('active');
    expect(await isActive('dovecot.service')).toBe('active');
    const enabled =
      'systemctl is-enabled chatmail-auth.socket chatmail-expire.timer chatmail-web.socket || true';
    expect(await inside(enabled)).toBe('enabled\ndisabled\nenabled');
  });

  test('removing it stops everything that ran with its configuration, and what it replaced comes back', async () => {
    await dpkg('--remove', 'chatmail-relay');
    for (const unit of [
      'chatmail-filtermail.service',
      'chatmail-doveauth.service',
      'chatmail-auth.socket',
      'chatmail-web.socket',
      'chatmail-web.service',
      'dovecot.service',
      'nginx.service',
      'postfix@-.service',
    ])
      expect([unit, await isActive(unit)]).toEqual([unit, 'inactive']);
    expect(await inside('cat /etc/postfix/main.cf')).toBe('# before');
    expect(await inside('cat /etc/chatmail/relay.json')).toContain('mail_domain');
  });

  test('purging it takes all that is its own, and no mail', async () => {
    await dpkg('--purge', 'chatmail-relay');
    expect(
      await inside(
        'ls -d /etc/chatmail /var/lib/chatmail /var/www/chatmail /etc/postfix/tls_policy /usr/share/chatmail 2>/dev/null || true',
      ),
    ).toBe('');
    expect(await inside('cat /home/vmail/mail/x/y@x/new/1')).toBe('mail');
    expect(
      await inside('find /etc/systemd/system -name "chatmail-*.service" -o -name "chatmail-*.socket"'),
    ).toBe('');
  });

  test('installing it starts nothing before there are settings', async () => {
    await dpkg('--install', '/root/relay.deb');
    expect(await inside('systemctl list-units --state=active --no-legend "chatmail-*"')).toBe('');
    expect(await isActive('dovecot.service')).toBe('inactive');
    expect(await inside('ls /etc/chatmail 2>/dev/null || true')).toBe('');
  });
});
