import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildRelayPackages, type RelayPackages } from '../../src/package/deb.ts';
import { run, type StartedRelay, shell, startRelay } from './relay.ts';

let folder: string;
let built: RelayPackages;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-package-'));
  built = await buildRelayPackages(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('lintian has nothing to say', async () => {
  const packages = [built.relay.path, built.extras.path];
  const { stdout } = await execa('lintian', ['--allow-root', '--fail-on', 'error,warning', ...packages]);
  expect(stdout).toBe('');
});

test('the same sources give the same bytes', async () => {
  const again = await buildRelayPackages(join(folder, 'again'));
  for (const name of ['relay', 'extras'] as const)
    expect((await readFile(again[name].path)).equals(await readFile(built[name].path)), name).toBe(true);
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
    const [program = '', ...args] = started.relay.exec ?? [];
    for (const name of ['relay', 'extras'] as const)
      await execa(program, [...args, 'sh', '-c', `cat > /root/${name}.deb`], { inputFile: built[name].path });
  });
  afterAll(() => started.stop());

  test('an upgrade leaves the relay running, and switched off what was', async () => {
    await inside('systemctl disable --quiet chatmail-expire.timer');
    await dpkg('--install', '/root/relay.deb', '/root/extras.deb');
    expect(await isActive('chatmail-filtermail.service')).toBe('active');
    expect(await isActive('dovecot.service')).toBe('active');
    const enabled =
      'systemctl is-enabled chatmail-auth.socket chatmail-expire.timer chatmail-web.socket || true';
    expect(await inside(enabled)).toBe('enabled\ndisabled\nenabled');
  });

  test('without the extras the relay works, and says what is missing', async () => {
    expect(await inside('chatmail users list')).not.toContain('chatmail-relay-extras');
    await dpkg('--purge', 'chatmail-relay-extras');
    for (const command of ['backup', 'report', 'restore --replace', 'users list']) {
      const { exitCode, stdout, stderr } = await run(
        started.relay,
        'sh',
        '-c',
        `chatmail ${command} < /dev/null`,
      );
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`${command.split(' ')[0]} needs the package chatmail-relay-extras`);
    }
    expect(await inside('chatmail status')).toContain('ready');
    await dpkg('--install', '/root/extras.deb');
    expect(await inside('chatmail users list')).not.toContain('chatmail-relay-extras');
  });

  test('removing it stops everything that ran with its configuration, and what it replaced comes back', async () => {
    await dpkg('--remove', 'chatmail-relay', 'chatmail-relay-extras');
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
