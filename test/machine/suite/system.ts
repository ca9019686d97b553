import { expect, test } from 'vitest';
import { VERSION } from '../../../src/version.ts';
import { endpoint, newLogin, type Relay, run, shell } from '../relay.ts';
import { connectSmtp } from '../smtp-client.ts';

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

/** Sockets that every user of the machine may connect to; all of them are of the system, and ask who it is. */
const OPEN_SOCKETS = [
  '/run/dbus/system_bus_socket',
  '/run/systemd/io.system.ManagedOOM',
  ...['journal.mail', 'journal'].flatMap((journal) =>
    ['dev-log', 'socket', 'stdout'].map((name) => `/run/systemd/${journal}/${name}`),
  ),
  '/run/systemd/notify',
  '/run/systemd/userdb/io.systemd.DynamicUser',
];

const AS_NOBODY = 'setpriv --reuid nobody --regid nogroup --clear-groups';

/** Hands cleartext to where nginx and the courier come from, as any local user may; the reply to it. */
const INJECT = `const user = process.argv[1];
const socket = require('node:net').connect(10025, '127.0.0.1');
const say = ['EHLO x', 'MAIL FROM:<a@[192.0.2.7]>', 'RCPT TO:<' + user + '>', 'DATA',
  'From: a@[192.0.2.7]\\r\\nTo: ' + user + '\\r\\nSubject: x\\r\\n\\r\\nhello\\r\\n.'];
socket.write('PROXY TCP4 192.0.2.7 192.0.2.8 1 2\\r\\n');
socket.setEncoding('latin1').on('data', (text) => {
  if (!/^\\d+ [^\\n]*\\n$/m.test(text)) return;
  const line = say.shift();
  if (line === undefined) socket.end('QUIT\\r\\n');
  else socket.write(line + '\\r\\n');
  if (line === undefined) process.stdout.write(text);
});`;

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

  test('only sockets of the system are open to every user of the machine', async () => {
    const find = 'find / -xdev -type s; find /run /tmp /var /dev/shm -type s';
    const script = `{ ${find}; } 2>/dev/null | sort -u | while read s; do ! ${AS_NOBODY} test -w "$s" || echo "$s"; done`;
    const found = (await shell(current(), script)).split('\n');
    const own = found.filter((path) => isOurImage || !OPEN_SOCKETS.includes(path));
    expect(own).toEqual(
      isOurImage
        ? OPEN_SOCKETS
        : expect.not.arrayContaining([expect.stringMatching(/chatmail|dovecot|postfix/)]),
    );
    // Neither have those outside the file system an owner (unix(7)).
    expect(await shell(current(), 'ss -Hxl | grep -E " @.*(chatmail|dovecot|postfix|nginx)" || true')).toBe(
      '',
    );
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
    expect(JSON.parse(stdout)).toMatchObject({ version: VERSION, state: 'ready', domain: current().domain });
    expect(await shell(current(), 'chatmail --version')).toBe(`chatmail ${VERSION}`);
  });

  test.each([
    ...(hasDomain ? ['/etc/dkimkeys/opendkim.private'] : []),
    '/etc/ssl/private/mailserver.key',
    '/var/lib/chatmail/state.json',
    '/home/vmail/mail/*/*/password',
    '/home/vmail/mail/*/*/cur',
  ])('%s is not for everybody', async (path) => {
    const found = await shell(current(), `ls -d ${path}`);
    expect(found).not.toBe('');
    const open = `for f in ${path}; do ! setpriv --reuid nobody --clear-groups test -r "$f" || echo "$f"; done`;
    expect(await shell(current(), open)).toBe('');
  });

  const extras = isOurImage ? ['users list', 'report', 'backup'] : [];
  test.each(['status', 'configure', 'expire', ...extras])('%s is for root', async (command) => {
    const script = `${AS_NOBODY} sh -c 'chatmail ${command}; echo $?' 2>&1`;
    expect(await shell(current(), script)).toBe('chatmail: only root may do this: use sudo\n1');
  });

  test('configuring again changes nothing', async () => {
    expect(await shell(current(), 'chatmail configure')).toBe('nothing to change');
  });

  test('the journal has no errors', async () => {
    const { stdout } = await run(
      current(),
      ...['journalctl', '--boot', '--namespace=*', '--priority=err', '--output=cat', '--no-pager'],
    );
    expect(stdout).toBe('');
  });

  test('no other user of the machine gets cleartext past the filter', async () => {
    const user = newLogin(current());
    const smtp = await connectSmtp(endpoint(current(), 'submissions'));
    await smtp.logIn(user.user, user.password);
    smtp.close();
    const sendmail = `printf 'To: ${user.user}\nSubject: x\n\nhello\n' | ${AS_NOBODY} /usr/sbin/sendmail -t 2>&1 || true`;
    expect(await shell(current(), sendmail)).toContain('not allowed to submit mail');
    const inject = `${AS_NOBODY} timeout 60 node -e "$1" "$2"`;
    const { stdout } = await run(current(), 'sh', '-c', inject, 'sh', INJECT, user.user);
    expect(stdout).toMatch(/^523 /);
    expect(await shell(current(), `ls /home/vmail/mail/*/'${user.user}'/new | wc -l`)).toBe('0');
  });

  test('the journal is in memory', async () => {
    const header = await shell(current(), 'journalctl --header | grep "^File path"');
    expect(header).toMatch(/^File path: \/run\//m);
    expect(header).not.toContain('/var/');
  });
};
