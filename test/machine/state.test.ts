import { mkdir, mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Written, writeTar } from '../relay/tar-writer.ts';
import { TAR } from './images.ts';
import { connectImap } from './imap-client.ts';
import {
  addressDomain,
  endpoint,
  NO_ROUTE,
  newLogin,
  type Relay,
  ROUTE,
  type StartedRelay,
  shell,
  startRelay,
} from './relay.ts';
import { repackage } from './repackage.ts';

const USER_DATA = '#cloud-config\nchatmail:\n  mail_domain: _relay.test\n  max_load_1m: 1000\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-state-'));
  await writeFile(join(folder, 'user-data'), USER_DATA);
});
afterAll(() => rm(folder, { recursive: true }));

const start = async (...options: string[]): Promise<StartedRelay> => {
  const started = await startRelay(['--backend', 'nspawn', '--image', TAR, ...options]);
  onTestFinished(() => started.stop());
  return started;
};

/** Runs a script as root in the relay with this file for its input; what it prints, and how it ends. */
const feed = async (relay: Relay, file: string, script: string) => {
  const [program = '', ...args] = [...(relay.exec ?? []), 'sh', '-euc', script];
  return execa(program, args, { inputFile: file, reject: false, all: true });
};

const logIn = async (relay: Relay, user: string, password: string): Promise<string> => {
  const imap = await connectImap(endpoint(relay, 'imaps', { rejectUnauthorized: false }));
  const { status } = await imap.logIn(user, password);
  const { lines } = status.startsWith('OK') ? await imap.require('SELECT INBOX') : { lines: [] };
  imap.close();
  return `${status.slice(0, 2)} ${lines.find((line) => line.endsWith('EXISTS')) ?? ''}`.trim();
};

const save = (relay: Relay, user: string) =>
  shell(relay, `printf 'From: a@b.c\\n\\nkept\\n' | doveadm -c /etc/chatmail/dovecot.conf save -u '${user}'`);

const KEYS = 'sha256sum /etc/dkimkeys/opendkim.private';

test('a relay moves to another machine by backup and restore', async () => {
  const old = await start('--user-data', join(folder, 'user-data'));
  const { user, password } = newLogin(old.relay);
  expect(await logIn(old.relay, user, password)).toBe('OK * 0 EXISTS');
  await save(old.relay, user);
  const key = await shell(old.relay, KEYS);
  await shell(
    old.relay,
    `mkdir -p /var/lib/acme/accounts/a; touch /var/lib/acme/accounts/a/privkey
    chatmail backup > /root/relay.tar; chatmail backup --without-mail | gzip > /root/users.tar.gz
    touch -d @86400 /home/vmail/mail/_relay.test/'${user}'/password`,
  );
  const fetch = (name: string) =>
    execa(old.relay.exec?.[0] ?? '', [...(old.relay.exec?.slice(1) ?? []), 'cat', `/root/${name}`], {
      stdout: { file: join(folder, name) },
    });
  await fetch('relay.tar');
  await fetch('users.tar.gz');

  // Nobody told it a name: it takes that of the backup.
  const { relay } = await start();
  const restored = await feed(relay, join(folder, 'relay.tar'), 'chatmail restore');
  expect(restored.all).toContain('restored 1 addresses of _relay.test');
  expect(restored.exitCode).toBe(0);
  const moved: Relay = { ...relay, domain: '_relay.test' };
  expect(await shell(moved, KEYS)).toBe(key);
  expect(await shell(moved, 'ls /var/lib/acme/accounts/a')).toBe('privkey');
  expect(await shell(moved, 'chatmail status --json | sed "s/.*\\"domain\\":\\"\\([^\\"]*\\).*/\\1/"')).toBe(
    '_relay.test',
  );
  expect(await logIn(moved, user, 'another password')).toBe('NO');
  expect(await logIn(moved, user, password)).toBe('OK * 1 EXISTS');
  expect(await shell(moved, 'ls -A /home/vmail/mail')).not.toContain('.restore');

  // Again: what is there is not overwritten unasked.
  const again = await feed(moved, join(folder, 'users.tar.gz'), 'chatmail restore');
  expect([again.exitCode, again.all]).toEqual([1, expect.stringContaining('--replace')]);
  expect(await logIn(moved, user, password)).toBe('OK * 1 EXISTS');
  const replaced = await feed(moved, join(folder, 'users.tar.gz'), 'chatmail restore --replace');
  expect(replaced.exitCode, replaced.all).toBe(0);
  expect(await logIn(moved, user, password)).toBe('OK * 0 EXISTS');

  // Half a backup changes nothing.
  await truncate(join(folder, 'relay.tar'), 10_240);
  const half = await feed(moved, join(folder, 'relay.tar'), 'chatmail restore --replace');
  expect([half.exitCode, half.all]).toEqual([1, expect.stringContaining('nothing was changed')]);
  expect(await logIn(moved, user, password)).toBe('OK * 0 EXISTS');
});

test('the state of an upstream relay is taken as it is', async () => {
  const { relay } = await start('--user-data', join(folder, 'user-data'));
  const address = `upstream1@${addressDomain(relay)}`;
  const home = join(folder, 'upstream/home/vmail/mail', relay.domain, address);
  await mkdir(join(home, 'cur'), { recursive: true });
  await mkdir(join(home, 'new'));
  const { stdout: hash } = await execa('openssl', ['passwd', '-6', 'an old password']);
  await writeFile(join(home, 'password'), `{SHA512-CRYPT}${hash}`);
  await writeFile(join(home, 'metadata.json'), '{"devicetoken": {"token": 1790000000}}');
  await writeFile(join(home, 'cur/1790000000.M1P1.host,S=20:2,S'), 'From: a@b.c\r\n\r\nold\r\n');
  await utimes(join(home, 'password'), 1_790_035_200, 1_790_035_200);
  await mkdir(join(folder, 'upstream/etc/dkimkeys'), { recursive: true });
  const { stdout: key } = await execa('openssl', ['genrsa', '2048']);
  await writeFile(join(folder, 'upstream/etc/dkimkeys/opendkim.private'), `${key}\n`);
  const tar = join(folder, 'upstream.tar.zst');
  await execa('tar', [
    '--create',
    '--zstd',
    '--numeric-owner',
    '--owner=5000',
    '--group=5000',
    '-f',
    tar,
    '-C',
    join(folder, 'upstream'),
    '.',
  ]);

  const { exitCode, all } = await feed(relay, tar, 'chatmail restore');
  expect(exitCode, all).toBe(0);
  const path = `/home/vmail/mail/${relay.domain}/${address}`;
  expect(await shell(relay, `stat -c '%Y %U' '${path}/password'; cat '${path}/metadata.json'`)).toBe(
    '1790035200 vmail\n{"devicetoken": {"token": 1790000000}}',
  );
  expect(
    await shell(relay, 'cat /etc/dkimkeys/opendkim.private; stat -c "%U %a" /etc/dkimkeys/opendkim.private'),
  ).toBe(`${key}\nopendkim 600`);
  expect(await logIn(relay, address, 'an old password')).toBe('OK * 1 EXISTS');

  // A relay that was given another name keeps it.
  await rm(join(folder, 'upstream/home'), { recursive: true });
  await mkdir(join(folder, 'upstream/home/vmail/mail/other.example/a@other.example'), { recursive: true });
  await execa('tar', ['--create', '-f', tar, '-C', join(folder, 'upstream'), '.']);
  const other = await feed(relay, tar, 'chatmail restore');
  expect([other.exitCode, other.all]).toEqual([
    1,
    expect.stringContaining('set mail_domain and restore again'),
  ]);
});

describe('a backup that is not to be trusted', () => {
  const MAIL = 'home/vmail/mail/_relay.test';
  const BOX = `${MAIL}/hhhhhhhhh@_relay.test`;
  const DIRECTORIES: Written[] = ['home/vmail/mail', MAIL, BOX, 'etc/dkimkeys', 'etc/chatmail'].map(
    (name) => ({
      name,
      type: '5',
      mode: 0o755,
    }),
  );
  const SERVICES = 'postfix@- dovecot opendkim nginx chatmail-doveauth chatmail-filtermail chatmail-courier';
  /** Everything that is not to change, and nothing but files and folders where mail is. */
  const LOOK = `
    systemctl is-active ${SERVICES} | sort | uniq -c | sed 's/^ *//'
    find /home/vmail ! -type f ! -type d; find /home/vmail -perm /7022 ; ls -A /home/vmail /var/lib/acme
    find /etc /root /srv /usr/bin -printf '%p %u %g %m %y %l\\n' | sort | sha256sum
    find /etc /root /srv -type f -exec sha256sum {} + | sort | sha256sum`;

  let relay: Relay;
  let stop: () => Promise<void>;
  let before: string;
  beforeAll(async () => {
    const started = await startRelay([
      ...['--backend', 'nspawn', '--image', TAR, '--user-data', join(folder, 'user-data')],
    ]);
    ({ relay, stop } = started);
    await restore([...DIRECTORIES, { name: `${BOX}/password`, content: '{PLAIN}before' }]);
    before = await shell(relay, LOOK);
  });
  afterAll(() => stop?.());

  const restore = async (entries: readonly Written[], command = 'chatmail restore --replace') => {
    const file = join(folder, 'hostile.tar');
    await writeFile(file, writeTar(entries));
    return feed(relay, file, command);
  };
  const password = () => shell(relay, `cat '/${BOX}/password' 2>&1 || true`);

  test.each<[string, Written[], number, string[]]>([
    [
      'a key that is a link',
      [{ name: 'etc/dkimkeys/opendkim.private', type: '2', target: '/etc/shadow' }],
      1,
      ['opendkim.private', 'nothing was changed'],
    ],
    [
      'a key that is none',
      [{ name: 'etc/dkimkeys/opendkim.private', content: 'no key' }],
      1,
      ['not an RSA key', 'nothing was changed'],
    ],
    [
      'settings that are a link',
      [{ name: 'etc/chatmail/chatmail.yaml', type: '2', target: '/etc/shadow' }],
      1,
      ['chatmail.yaml', 'nothing was changed'],
    ],
    [
      'a flag that is a link',
      [{ name: 'etc/chatmail-nocreate', type: '2', target: '/etc/hostname' }],
      1,
      ['chatmail-nocreate', 'nothing was changed'],
    ],
    [
      'a flag that is a folder',
      [{ name: 'etc/chatmail-nocreate', type: '5' }, { name: 'etc/chatmail-nocreate/x' }],
      1,
      ['chatmail-nocreate', 'nothing was changed'],
    ],
    [
      'settings that are wrong, and not needed',
      [{ name: 'etc/chatmail/chatmail.yaml', content: 'mail_domain: [\n' }],
      0,
      ['chatmail.yaml'],
    ],
    [
      'what is no file or folder, and what leads out, beside what is mail',
      [
        { name: `${BOX}/disk`, type: '4' },
        { name: `${BOX}/fifo`, type: '6' },
        { name: `${BOX}/suid`, mode: 0o6755 },
        { name: `${BOX}/metadata.json`, type: '2', target: '/etc/shadow' },
        { name: `${BOX}/cur`, type: '2', target: '/root' },
        { name: `${BOX}/password`, type: '1', target: '/etc/shadow' },
        { name: 'etc/out1' },
        { name: '../../etc/out2' },
        { name: `${MAIL}/../../../../etc/out3` },
        { name: 'l', type: '2', target: '/etc' },
        { name: 'l/out4' },
        { name: 'var/lib/acme/live/x', type: '2', target: '../../../../etc' },
      ],
      0,
      [
        ...['disk', 'fifo', 'metadata.json', 'cur', 'password'].map((name) => `${BOX}/${name}`),
        ...['etc/out1', '../../etc/out2', 'etc/out3', '"l"', 'l/out4', 'acme/live/x'],
      ],
    ],
  ])('%s', async (_, entries, status, named) => {
    const { exitCode, all = '' } = await restore([...DIRECTORIES, ...entries]);
    expect([exitCode, ...named.filter((name) => !all.includes(name))], all).toEqual([status]);
    expect(await shell(relay, LOOK)).toBe(before);
  });

  test('a mail folder that is a link', async () => {
    const { exitCode, all = '' } = await restore([{ name: 'home/vmail/mail', type: '2', target: '/srv' }]);
    expect([exitCode, all]).toEqual([1, expect.stringContaining('home/vmail/mail')]);
    expect(await shell(relay, LOOK)).toBe(before);
  });

  test('the folder of the domain replaced by a link', async () => {
    await shell(relay, `mv /${MAIL} /${MAIL}.kept; ln -s /etc /${MAIL}; chown -h vmail: /${MAIL}`);
    const { exitCode, all } = await restore(DIRECTORIES);
    expect([exitCode, all]).toEqual([1, expect.stringContaining(`/${MAIL} is not a folder`)]);
    await shell(relay, `rm /${MAIL}; mv /${MAIL}.kept /${MAIL}`);
    expect(await shell(relay, LOOK)).toBe(before);
  });

  test('what fails in the middle is taken back, and services run again', async () => {
    await restore([...DIRECTORIES, { name: `${BOX}/password`, content: '{PLAIN}old' }]);
    await shell(relay, 'mkfifo /etc/chatmail-nocreate');
    const key = await shell(relay, KEYS);
    const { stdout: other } = await execa('openssl', ['genrsa', '2048']);
    const { exitCode, all } = await restore([
      ...DIRECTORIES,
      { name: `${BOX}/password`, content: '{PLAIN}new' },
      { name: 'etc/dkimkeys/opendkim.private', content: `${other}\n` },
      { name: 'var/lib/acme/accounts/a/privkey', content: 'of another account' },
      { name: 'etc/chatmail-nocreate' },
    ]);
    expect([exitCode, all]).toEqual([1, expect.stringContaining('is back, and all services are running')]);
    await shell(relay, 'rm /etc/chatmail-nocreate');
    expect([await password(), await shell(relay, KEYS)]).toEqual(['{PLAIN}old', key]);
    expect(await shell(relay, LOOK)).toBe(before);
  });

  test('interrupted while it reads, nothing was changed', async () => {
    const { exitCode, all } = await restore(
      [...DIRECTORIES, { name: `${BOX}/password`, content: '{PLAIN}new' }],
      `mkfifo /run/half; chatmail restore --replace < /run/half & exec 3> /run/half; head -c 2000 >&3
       until [ -d /home/vmail/.restore/new ]; do :; done; kill -TERM $!; wait $!`,
    );
    expect([exitCode, all]).toEqual([1, expect.stringContaining('interrupted\nnothing was changed')]);
    expect(await password()).toBe('{PLAIN}old');
    expect(await shell(relay, `rm /run/half;${LOOK}`)).toBe(before);
  });

  test('killed while services are down, they come up again, and the next restore begins with what was there', async () => {
    const killed = await restore(
      [...DIRECTORIES, { name: `${BOX}/password`, content: '{PLAIN}new' }],
      `cat > /run/a.tar; chatmail restore --replace < /run/a.tar & 
       until [ -e '/home/vmail/.restore/old/_relay.test/hhhhhhhhh@_relay.test' ]; do :; done; kill -KILL $!
       until [ $(systemctl is-active ${SERVICES} | grep -cx active) = 7 ]; do sleep 0.1; done`,
    );
    expect(killed.exitCode, killed.all).toBe(0);
    const { exitCode } = await restore([
      ...DIRECTORIES,
      { name: 'etc/dkimkeys/opendkim.private', content: 'no key' },
    ]);
    expect([exitCode, await password()]).toEqual([1, '{PLAIN}old']);
    expect(await shell(relay, LOOK)).toBe(before);
  });
});

describe('a data volume', () => {
  /** A disk of this computer's, as the machine sees it under /dev/volume. */
  const attach = async (relay: Relay, device: string): Promise<void> => {
    const { stdout } = await execa('stat', ['-c', '%Hr %Lr', device]);
    const [major, minor] = stdout.split(' ');
    await shell(relay, `rm -f /dev/volume; mknod /dev/volume b ${major} ${minor}`);
  };
  const disk = async (name: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, '');
    await truncate(file, 2 ** 28);
    return file;
  };
  const loop = async (file: string): Promise<string> => {
    const { stdout } = await execa('losetup', ['--find', '--show', file]);
    onTestFinished(async () => {
      await execa('losetup', ['--detach', stdout]);
    });
    return stdout;
  };
  const configure = 'echo "data_volume: /dev/volume" > /etc/chatmail/chatmail.yaml; chatmail configure';

  /** A tar of the packages of a later version: what makes an image a later one. */
  const laterPackages = async (): Promise<string> => {
    const packages = await repackage(folder, { version: '99' });
    const tar = join(folder, 'later.tar');
    const names = packages.map((path) => basename(path));
    await execa('tar', ['--create', `--file=${tar}`, `--directory=${folder}`, ...names]);
    return tar;
  };
  const VERSION = "dpkg-query --show --showformat '${Version}' chatmail-relay";

  test('takes in what the relay has, makes a later machine the same relay, and an earlier one again', async () => {
    const device = await loop(await disk('volume'));
    const first = await start('--user-data', join(folder, 'user-data'));
    const { user, password } = newLogin(first.relay);
    await logIn(first.relay, user, password);
    await save(first.relay, user);
    await attach(first.relay, device);
    await shell(first.relay, `${configure} & ${configure}; wait $!`); // two at once
    expect(await logIn(first.relay, user, password)).toBe('OK * 1 EXISTS');
    const look = `${KEYS} /etc/ssl/private/mailserver.key; findmnt -no SOURCE /home/vmail/mail; findmnt -no SOURCE /var/spool/postfix`;
    const identity = await shell(first.relay, look);
    expect(identity).toContain('/dev/volume[/chatmail/mail]');
    expect(await shell(first.relay, 'cat /var/lib/chatmail/data/chatmail/state-version')).toBe('1');
    // Postfix's queue is on the volume, and our sockets are in its folder all the same.
    expect(await shell(first.relay, ROUTE)).toBe(NO_ROUTE);
    await shell(first.relay, 'chatmail configure'); // again: nothing to do
    expect(await shell(first.relay, look)).toBe(identity);
    await first.stop();

    const second = await start('--user-data', join(folder, 'user-data'));
    const installed = await feed(second.relay, await laterPackages(), 'cd /root; tar -x; dpkg -i *.deb');
    expect(installed.exitCode, installed.all).toBe(0);
    expect(await shell(second.relay, VERSION)).toBe('99');
    await attach(second.relay, device);
    await shell(second.relay, configure);
    expect(await shell(second.relay, look)).toBe(identity);
    expect(await shell(second.relay, ROUTE)).toBe(NO_ROUTE);
    expect(await logIn(second.relay, user, password)).toBe('OK * 1 EXISTS');
    await save(second.relay, user);
    await second.stop();

    const third = await start('--user-data', join(folder, 'user-data'));
    expect(await shell(third.relay, VERSION)).not.toBe('99');
    await attach(third.relay, device);
    await shell(third.relay, configure);
    expect(await shell(third.relay, look)).toBe(identity);
    expect(await logIn(third.relay, user, password)).toBe('OK * 2 EXISTS');
  });

  test('with foreign data on it is never touched', async () => {
    const { relay } = await start('--user-data', join(folder, 'user-data'));
    const refusal = async (file: string) => {
      const before = (await execa('sha256sum', [file])).stdout;
      const device = await loop(file);
      await attach(relay, device);
      const { exitCode, all } = await feed(relay, '/dev/null', configure);
      expect(exitCode).toBe(1);
      expect((await execa('sha256sum', [file])).stdout).toBe(before);
      return all;
    };
    const partitioned = await disk('partitioned');
    await execa('sfdisk', ['--quiet', partitioned], { input: 'label: gpt\n,,L\n' });
    expect(await refusal(partitioned)).toContain('holds gpt data and was left alone');
    const raw = await disk('raw');
    await writeFile(
      raw,
      Buffer.concat([Buffer.alloc(4096), Buffer.from('data'), Buffer.alloc(2 ** 28 - 4100)]),
    );
    expect(await refusal(raw)).toContain('holds data of an unknown kind');
    await rm(raw);
    const files = await disk('files');
    await mkdir(join(folder, 'tree'));
    await writeFile(join(folder, 'tree/thesis.txt'), 'years of work');
    await execa('mkfs.ext4', ['-q', '-O', '^metadata_csum', '-d', join(folder, 'tree'), files]);
    const device = await loop(files);
    await attach(relay, device);
    const { exitCode, all } = await feed(relay, '/dev/null', configure);
    expect([exitCode, all]).toEqual([1, expect.stringContaining("holds files that are not a relay's")]);
    expect((await execa('debugfs', ['-R', 'cat /thesis.txt', files])).stdout).toBe('years of work');

    const newer = await disk('newer');
    await mkdir(join(folder, 'state/chatmail/mail'), { recursive: true });
    await writeFile(join(folder, 'state/chatmail/state-version'), '2\n');
    await execa('mkfs.ext4', ['-q', '-O', '^metadata_csum', '-d', join(folder, 'state'), newer]);
    await attach(relay, await loop(newer));
    const refused = await feed(relay, '/dev/null', configure);
    expect([refused.exitCode, refused.all]).toEqual([
      1,
      expect.stringContaining('holds the state of a newer relay and was left alone: use a newer image'),
    ]);
    expect(await shell(relay, 'findmnt /var/lib/chatmail/data /home/vmail/mail || true')).toBe('');
    expect(
      (await execa('debugfs', ['-R', 'ls -p /chatmail', newer])).stdout.match(/[\w-]{4,}(?=\/)/g),
    ).not.toContain('acme');
    expect((await execa('debugfs', ['-R', 'cat /chatmail/state-version', newer])).stdout).toBe('2');
  });

  test('that is not there keeps the relay as it is', async () => {
    const { relay } = await start('--user-data', join(folder, 'user-data'));
    const script = 'echo "data_volume: no-such-label" > /etc/chatmail/chatmail.yaml; chatmail configure';
    const { exitCode, all } = await feed(relay, '/dev/null', script);
    expect([exitCode, all]).toEqual([
      1,
      expect.stringContaining('/dev/disk/by-label/no-such-label is not there'),
    ]);
  });
});
