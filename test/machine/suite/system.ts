import { expect, test } from 'vitest';
import { tellingLines } from '../logs.ts';
import { type Relay, run, shell } from '../relay.ts';

/** Who listens where; everything else is a hole. Written as `address port/protocol`. */
const LISTENERS = [
  // for the keys that the operator gives to the cloud
  '* 22/tcp',
  ...[25, 80, 143, 443, 465, 587, 993].map((port) => `* ${port}/tcp`),
  // behind those, through nginx
  ...[8443, 10025, 10026, 10080, 10443, 10465, 10587, 10993].map((port) => `127.0.0.1 ${port}/tcp`),
  ...['127.0.0.1 53/tcp', '127.0.0.1 53/udp'],
];

/** `ss` shows IPv4 and IPv6 apart. */
const listener = (line: string): string => {
  const [protocol = '', , , , local = ''] = line.split(/\s+/);
  const [, address = '', port] = /^(.*):(\d+)$/.exec(local) ?? [];
  const everywhere = ['0.0.0.0', '[::]', '*'].includes(address);
  return `${everywhere ? '*' : address.replace('[::1]', '127.0.0.1').replace(/%.*/, '')} ${port}/${protocol}`;
};

const UNITS =
  'postfix@- dovecot opendkim nginx unbound chatmail-doveauth chatmail-filtermail chatmail-courier chatmail-configure chatmail-expire.timer'.split(
    ' ',
  );

export interface Kind {
  /** An IP-only relay has no name to sign for, and so no DKIM key. */
  readonly hasDomain: boolean;
  /** There is nothing in it that we did not put there. */
  readonly isOurImage: boolean;
}

/** The machine below the relay. */
export const systemSuite = (current: () => Relay, { hasDomain, isOurImage }: Kind): void => {
  test('only what must listen does', async () => {
    const lines = (await shell(current(), 'ss -Htuln')).split('\n');
    const found = [...new Set(lines.map(listener))];
    // A stock machine has its provider's ways in.
    const wanted = [...LISTENERS].sort();
    expect(found.sort()).toEqual(isOurImage ? wanted : expect.arrayContaining(wanted));
  });

  test('no unit has failed, and all of ours run', async () => {
    expect(await shell(current(), 'systemctl list-units --failed --plain --no-legend')).toBe('');
    const active = await shell(current(), `systemctl is-active ${UNITS.join(' ')}`);
    expect(active.split('\n')).toEqual(UNITS.map(() => 'active'));
  });

  test('systemd has nothing to say about our units', async () => {
    const { exitCode, all } = await run(
      current(),
      ...[
        'sh',
        '-c',
        'systemd-analyze verify --man=no $(find /lib/systemd/system -maxdepth 1 -type f -name "chatmail-*")',
      ],
    );
    expect([exitCode, all]).toEqual([0, '']);
  });

  test('our services are locked in, and what Debian brings as far as they bear it', async () => {
    const own = await shell(current(), 'cd /lib/systemd/system; ls chatmail-*.service');
    const exposure = async (units: readonly string[], limit: number): Promise<string> => {
      const analyze = `systemd-analyze security --no-pager --threshold=${limit}`;
      return shell(current(), `for u in ${units.join(' ')}; do ${analyze} $u >/dev/null || echo $u; done`);
    };
    expect(own.split('\n').length).toBeGreaterThan(3);
    expect(await exposure(own.split('\n'), 20)).toBe('');
    expect(await exposure(['postfix@-', 'dovecot', 'opendkim', 'nginx', 'unbound'], 33)).toBe('');
  });

  test('chatmail status says it is ready', async () => {
    const { exitCode, stdout } = await run(current(), 'chatmail', 'status', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'ready', domain: current().domain });
  });

  test.each([
    ...(hasDomain ? ['/etc/dkimkeys/opendkim.private'] : []),
    '/etc/ssl/private/mailserver.key',
    '/home/vmail/mail/*/*/password',
    '/home/vmail/mail/*/*/cur',
  ])('%s is not for everybody', async (path) => {
    const found = await shell(current(), `ls -d ${path}`);
    expect(found).not.toBe('');
    const open = `for f in ${path}; do ! setpriv --reuid nobody --clear-groups test -r "$f" || echo "$f"; done`;
    expect(await shell(current(), open)).toBe('');
  });

  test('configuring again changes nothing', async () => {
    expect(await shell(current(), 'chatmail configure')).toBe('');
  });

  test('the journal has no errors', async () => {
    const { stdout } = await run(
      current(),
      ...['journalctl', '--boot', '--priority=err', '--output=cat', '--no-pager'],
    );
    expect(stdout).toBe('');
  });

  test('the journal is in memory', async () => {
    const header = await shell(current(), 'journalctl --header | grep "^File path"');
    expect(header).toMatch(/^File path: \/run\//m);
    expect(header).not.toContain('/var/');
  });

  // The other suites have sent and received by now.
  test('neither the journal nor a file in /var/log names a user, a password or a client', async () =>
    expect(await tellingLines(current())).toBe(''));
};
