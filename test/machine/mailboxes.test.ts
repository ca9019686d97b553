import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ask } from './http-client.ts';
import { TAR } from './images.ts';
import { connectImap, type ImapClient } from './imap-client.ts';
import { encryptedMail } from './mail.ts';
import { endpoint, newLogin, type Relay, run, type StartedRelay, shell, startRelay } from './relay.ts';
import { connectSmtp } from './smtp-client.ts';

/** What an operator and the passing of time do to mailboxes, with small ones and the real Dovecot. */
const USER_DATA = `#cloud-config
chatmail:
  mail_domain: _relay.test
  max_load_1m: 1000
  max_mailbox_size: 1M
  max_user_send_burst_size: 1000
`;
const MAIL = '/home/vmail/mail/_relay.test';

let started: StartedRelay;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'user-data-'));
  const file = join(folder, 'user-data');
  await writeFile(file, USER_DATA);
  started = await startRelay(['--backend', 'nspawn', '--image', TAR, '--user-data', file]);
});
afterAll(async () => {
  await started?.stop();
  await rm(folder, { recursive: true });
});
const relay = (): Relay => started.relay;

type Login = ReturnType<typeof newLogin>;

const logIn = async ({ user, password }: Login): Promise<ImapClient & { status: string }> => {
  const imap = await connectImap(endpoint(relay(), 'imaps'));
  onTestFinished(imap.close);
  const { status } = await imap.logIn(user, password);
  return { ...imap, status: status.split(' ')[0] ?? '' };
};

const newUser = async (): Promise<{ login: Login; imap: ImapClient; home: string }> => {
  const login = newLogin(relay());
  return { login, imap: await logIn(login), home: `${MAIL}/${login.user}` };
};

/** Puts a message there that takes `size` bytes on the disk, where Dovecot has LF for CR LF. */
const append = (imap: ImapClient, mailbox: string, subject: string, size: number, flags = '') => {
  const text = `Subject: ${subject}\r\n\r\n`.padEnd(size + 2, 'x');
  return imap.require(`APPEND ${mailbox} (${flags}) {${text.length}+}\r\n${text}`);
};

const daysAgo = (days: number) => Math.floor(Date.now() / 1000) - Math.round(days * 86_400);

/** Has the message of this subject have come as many days ago, which is in its file's name. */
const age = (home: string, subject: string, days: number) =>
  shell(
    relay(),
    `for f in $(grep -rlx 'Subject: ${subject}.\\?' --include='*,S=*' '${home}'); do
       n=\${f##*/}; mv "$f" "\${f%/*}/${daysAgo(days)}.\${n#*.}"; done`,
  );

const subjects = async (imap: ImapClient): Promise<string[]> => {
  const { lines } = await imap.require('FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]');
  return lines.flatMap((line) => /Subject: (\S+)/.exec(line)?.[1] ?? []).sort();
};

/** In units of 1024 bytes, as IMAP has it. */
const storage = async (imap: ImapClient): Promise<number> => {
  const { lines } = await imap.require('GETQUOTAROOT INBOX');
  return Number(/\(STORAGE (\d+) /.exec(lines.join('\n'))?.[1]);
};

/** Mail from somebody else on the relay, through the filter and LMTP. */
const deliver = async (to: string): Promise<void> => {
  const { login } = await newUser();
  const smtp = await connectSmtp(endpoint(relay(), 'submissions'));
  await smtp.logIn(login.user, login.password);
  const mail = await encryptedMail({ from: login.user, to });
  expect(await smtp.send({ from: login.user, to: [to], mail })).toMatchObject({ code: 250 });
  smtp.close();
};

/** What port 25 says to a recipient. */
const recipientCode = async (address: string): Promise<number> => {
  const smtp = await connectSmtp(endpoint(relay(), 'smtp'));
  await smtp.ehlo();
  await smtp.command('MAIL FROM:<somebody@[192.0.2.1]>');
  const { code } = await smtp.command(`RCPT TO:<${address}>`);
  smtp.close();
  return code;
};

const json = async (...command: string[]) => JSON.parse((await run(relay(), 'chatmail', ...command)).stdout);

describe('expire', () => {
  test('removes what is old, and a session and the quota know', async () => {
    const { login, imap, home } = await newUser();
    await imap.require('CREATE Archive');
    await append(imap, 'INBOX', 'old', 10_000);
    await append(imap, 'INBOX', 'young', 20_000);
    await append(imap, 'INBOX', 'large-seen', 250_000, '\\Seen');
    await append(imap, 'INBOX', 'large-unseen', 250_000);
    await append(imap, 'Archive', 'old', 30_000);
    await append(imap, 'Archive', 'young', 40_000);
    await age(home, 'old', 21);
    await age(home, 'large-seen', 8);
    await age(home, 'large-unseen', 8);
    const session = await logIn(login);
    await session.require('SELECT INBOX');
    expect(await subjects(session)).toEqual(['large-seen', 'large-unseen', 'old', 'young']);
    expect(await storage(session)).toBe(Math.ceil(600_000 / 1024));
    const would = await json('expire', '--dry-run', '--json');
    expect(await subjects(session)).toHaveLength(4);
    const did = await json('expire', '--json');
    expect(did).toEqual({ ...would, dryRun: false, seconds: expect.any(Number) });
    expect(did).toMatchObject({
      oldMessages: 2,
      largeMessages: 1,
      surplusMessages: 0,
      bytes: 290_000,
      problems: 0,
    });
    const { lines } = await session.require('NOOP');
    expect(lines.filter((line) => line.endsWith('EXPUNGE'))).toHaveLength(2);
    expect(await subjects(session)).toEqual(['large-unseen', 'young']);
    expect(await storage(session)).toBe(Math.ceil(310_000 / 1024));
    await session.require('SELECT Archive');
    expect(await subjects(session)).toEqual(['young']);
    await append(session, 'INBOX', 'later', 1000);
    expect(await storage(session)).toBe(Math.ceil(311_000 / 1024));
  });

  test('removes who is inactive, whose address anybody may make anew, and nobody who came back', async () => {
    const [gone, back] = [await newUser(), await newUser()];
    const passwords = [gone, back].map(({ home }) => `'${home}/password'`).join(' ');
    await shell(relay(), `touch -d '91 days ago' ${passwords}`);
    const changed = `until [ -n "$(find '${back.home}/password' -mtime -2)" ]; do sleep 0.05; done`;
    await logIn(back.login);
    await shell(relay(), changed);
    expect(await json('expire', '--json')).toMatchObject({ inactiveAddresses: 1 });
    expect(await shell(relay(), `ls ${MAIL}`)).not.toContain(gone.login.user);
    expect((await logIn(back.login)).status).toBe('OK');
    expect((await logIn({ ...gone.login, password: 'another-one' })).status).toBe('OK');
  });

  test('with the clock two years ahead nothing is deleted, and what it waits for is said', async () => {
    const { home } = await newUser();
    const { stdout: library } = await execa('sh', [
      '-c',
      'gzip -c /usr/lib/*/faketime/libfaketime.so.1 | base64',
    ]);
    await shell(relay(), `base64 -d <<'END' | gunzip > /usr/local/lib/faketime.so\n${library}\nEND`);
    const ahead = await run(
      relay(),
      'env',
      'LD_PRELOAD=/usr/local/lib/faketime.so',
      'FAKETIME=+2y',
      'chatmail',
      'expire',
    );
    expect(ahead).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ahead.stderr).toMatch(/^the clock is 730 days ahead of the last run: .*--trust-clock/);
    expect(await json('status', '--json')).toMatchObject({
      expireRefusal: expect.stringContaining('730 days ahead'),
    });
    await shell(relay(), `test -d '${home}' && chatmail expire`);
    expect(await json('status', '--json')).not.toHaveProperty('expireRefusal');
  });

  test('happens every day, in its sandbox, and its journal counts and names nobody', async () => {
    expect(await shell(relay(), 'systemctl is-active chatmail-expire.timer')).toBe('active');
    const { imap, home } = await newUser();
    await append(imap, 'INBOX', 'old', 10_000);
    await age(home, 'old', 21);
    await shell(relay(), 'systemctl start chatmail-expire.service');
    const log = await shell(relay(), 'journalctl -u chatmail-expire --output=cat --no-pager');
    expect(log).toMatch(/^old messages +1$/m);
    expect(log).not.toContain('@');
    expect(await shell(relay(), `ls '${home}/new' '${home}/cur' | grep -c S= || true`)).toBe('0');
  });
});

describe('quota', () => {
  const fill = async (count: number, size: number) => {
    const made = await newUser();
    for (let i = 0; i < count; i++) {
      await append(made.imap, 'INBOX', `m${i}`, size);
      await age(made.home, `m${i}`, 9 - i);
    }
    await made.imap.require('SELECT INBOX');
    return made;
  };

  test('a delivery that makes a mailbox full has its oldest mail removed', async () => {
    const { login, imap, home } = await fill(5, 157_250);
    const idle = await imap.idle();
    await deliver(login.user);
    await shell(relay(), `while grep -rqx 'Subject: m0.\\?' '${home}/cur' '${home}/new'; do sleep 0.1; done`);
    await idle.done();
    await imap.require('NOOP');
    expect(await subjects(imap)).toEqual(['[...]', 'm1', 'm2', 'm3', 'm4']);
    expect(await storage(imap)).toBeLessThan(0.7 * 1024);
  });

  test('a full mailbox takes the next mail, for the oldest', async () => {
    const { login, imap } = await fill(5, 209_000);
    expect(await storage(imap)).toBeGreaterThan(0.99 * 1024);
    const idle = await imap.idle();
    await deliver(login.user);
    const seen: string[] = [];
    while (!seen.some((news) => news.endsWith('EXISTS'))) seen.push(await idle.next());
    await idle.done();
    await imap.require('NOOP');
    expect(await subjects(imap)).toEqual(['[...]', 'm2', 'm3', 'm4']);
  });
});

test('a mailbox has room for so many messages, however small', async () => {
  const { login } = await newUser();
  // An inode for 16 KiB: 64 in a mailbox of 1 MiB.
  const save = `printf 'Subject: m\\n\\nx\\n' | doveadm -c /etc/chatmail/dovecot.conf save -u '${login.user}'`;
  await shell(relay(), `for i in $(seq 64); do ${save}; done`);
  const { exitCode, all } = await run(relay(), 'sh', '-c', save);
  expect([exitCode === 0, all]).toEqual([false, expect.stringContaining('Quota exceeded')]);
});

test('of too many folders the latest go, and Dovecot finds their mail in the INBOX', async () => {
  const { imap, home } = await newUser();
  for (let i = 0; i < 103; i++) await imap.require(`CREATE f${i}`);
  await append(imap, 'f102', 'moved', 100);
  // It looks when it starts, and then every minute.
  await shell(
    relay(),
    `systemctl restart chatmail-doveauth; until [ "$(ls -d '${home}'/.f* | wc -l)" = 100 ]; do sleep 0.1; done`,
  );
  await imap.require('SELECT INBOX');
  expect(await subjects(imap)).toEqual(['moved']);
});

/** Waits until the sessions of this address are in hibernation, all of them in one process. */
const hibernated = (user: string) =>
  shell(
    relay(),
    `until doveadm -c /etc/chatmail/dovecot.conf who -1 | grep -qF '${user} ' &&
       ! doveadm -c /etc/chatmail/dovecot.conf who -1 | grep -F '${user} ' | grep -qvw "$(pgrep -x imap-hibernate)"
     do sleep 0.1; done`,
  );

const isClosed = async (read: Promise<string>): Promise<boolean> =>
  read.then(
    (line) => /BYE/.test(line),
    () => true,
  );

describe('users', () => {
  test('a blocked one is out, stays out, gets no mail, and comes back with everything', async () => {
    const [alice, stranger] = [await newUser(), await newUser()];
    await append(alice.imap, 'INBOX', 'kept', 1000);
    const second = await logIn(alice.login);
    for (const imap of [alice.imap, second, stranger.imap]) await imap.require('SELECT INBOX');
    const [idle, other] = [await alice.imap.idle(), await stranger.imap.idle()];
    await hibernated(stranger.login.user);
    await shell(relay(), `touch -d '5 days ago' '${alice.home}/password'`);
    const stat = `stat -c '%U %a %Y' '${alice.home}/password'`;
    const before = await shell(relay(), stat);
    const submitting = await connectSmtp(endpoint(relay(), 'submissions'));
    onTestFinished(submitting.close);
    await submitting.ehlo();
    await submitting.logIn(alice.login.user, alice.login.password);
    expect(await json('users', 'block', '--json', alice.login.user)).toEqual({ blocked: [alice.login.user] });
    const own = { from: alice.login.user, to: [stranger.login.user], mail: '' };
    expect((await submitting.send(own)).text).toBe('5.7.1 Blocked');
    expect(await isClosed(idle.next())).toBe(true);
    await expect(second.require('NOOP')).rejects.toThrow();
    expect((await logIn(alice.login)).status).toBe('NO');
    expect(await shell(relay(), stat)).toBe(before);
    const smtp = await connectSmtp(endpoint(relay(), 'submissions'));
    expect((await smtp.logIn(alice.login.user, alice.login.password)).code).toBe(535);
    smtp.close();
    expect(await recipientCode(alice.login.user)).toBe(550);
    expect(await json('users', 'show', '--json', alice.login.user)).toMatchObject({
      blocked: true,
      messages: 1,
    });
    // Who shared a process with her goes on.
    await deliver(stranger.login.user);
    expect(await other.next()).toBe('* 1 EXISTS');
    await run(relay(), 'chatmail', 'users', 'unblock', alice.login.user);
    const again = await logIn(alice.login);
    expect(again.status).toBe('OK');
    await again.require('SELECT INBOX');
    expect(await subjects(again)).toEqual(['kept']);
    expect(await recipientCode(alice.login.user)).toBe(250);
  });

  test('a deleted one is gone with all mail and sessions, and may be made anew', async () => {
    const { login, imap, home } = await newUser();
    await append(imap, 'INBOX', 'gone', 1000);
    const command = ['chatmail', 'users', 'delete'];
    expect(await run(relay(), ...command, login.user)).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await run(relay(), ...command, '--yes', login.user, 'nobody00x@_relay.test')).toMatchObject({
      exitCode: 1,
      stderr: 'chatmail: no such address: "nobody00x@_relay.test"',
    });
    const ask = (answer: string) =>
      run(
        relay(),
        'sh',
        '-c',
        `echo ${answer} | script -qec 'chatmail users delete ${login.user}' /dev/null`,
      );
    expect(await ask('n')).toMatchObject({ exitCode: 1 });
    await imap.require('SELECT INBOX');
    expect(await subjects(imap)).toEqual(['gone']);
    expect(await ask('y')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(login.user),
    });
    await expect(imap.require('NOOP')).rejects.toThrow();
    expect(await shell(relay(), `ls ${MAIL}`)).not.toContain(login.user);
    expect(await recipientCode(login.user)).toBe(550);
    const anew = await logIn({ ...login, password: 'another-one' });
    expect((await anew.require('SELECT INBOX')).lines).toContain('* 0 EXISTS');
    expect(await shell(relay(), `stat -c %U '${home}' '${home}/password'`)).toBe('vmail\nvmail');
  });

  test('all are listed, and one is shown', async () => {
    const { login, imap } = await newUser();
    await append(imap, 'INBOX', 'one', 1000);
    const day = new Date().toISOString().slice(0, 10);
    const user = {
      address: login.user,
      lastLogin: day,
      blocked: false,
      encryptedOnly: true,
      messages: 1,
      bytes: 1000,
    };
    const users = await json('users', 'list', '--json');
    expect(users).toContainEqual(user);
    expect(users).toHaveLength(Number(await shell(relay(), `ls -d ${MAIL}/*/password | wc -l`)));
    expect(await json('users', 'show', '--json', login.user)).toEqual({
      ...user,
      limit: 1_048_576,
      devices: 0,
    });
    const { stdout } = await run(relay(), 'chatmail', 'users', 'list');
    expect(stdout.split('\n').find((line) => line.startsWith(login.user))).toMatch(/ {2}1 message {2}1000$/);
    expect(stdout.split('\n')).toHaveLength(users.length);
  });
});

test('create off keeps newcomers out and every page says so, create on lets them in', async () => {
  const { login } = await newUser();
  const home = async () => (await ask(relay(), '/')).body;
  expect(await json('create', '--json')).toEqual({ create: true });
  expect(await home()).toContain('href="/join"');
  expect(await json('create', 'off', '--json')).toEqual({ create: false });
  expect((await logIn(newLogin(relay()))).status).toBe('NO');
  const { status, body } = await ask(relay(), '/new', { method: 'POST' });
  expect([status, JSON.parse(body)]).toEqual([503, { reason: 'closed by the operator' }]);
  expect((await ask(relay(), '/join')).status).toBe(503);
  expect(await json('status', '--json')).toMatchObject({ newAddresses: 'refused: closed by the operator' });
  await shell(relay(), 'until [ -e /run/chatmail/sign-up/closed.html ]; do sleep 0.1; done');
  expect(await home()).toContain('New accounts are not available at the moment: closed by the operator.');
  expect(await home()).not.toContain('href="/join"');
  expect((await logIn(login)).status).toBe('OK');
  expect((await run(relay(), 'chatmail', 'create', 'on')).stdout).toMatch(/^new addresses +accepted$/);
  expect((await logIn(newLogin(relay()))).status).toBe('OK');
});

describe('mail for the operator', () => {
  /** What the user without an address gets back. */
  const bounce = async (): Promise<string> => {
    const { login, imap } = await newUser();
    await imap.require('SELECT INBOX');
    const waiting = await imap.idle();
    const smtp = await connectSmtp(endpoint(relay(), 'submissions'));
    await smtp.logIn(login.user, login.password);
    const to = `nobody000@_relay.test`;
    const mail = await encryptedMail({ from: login.user, to });
    expect(await smtp.send({ from: login.user, to: [to], mail })).toMatchObject({ code: 250 });
    smtp.close();
    await waiting.next();
    await waiting.done();
    return imap.fetch(1);
  };

  test('is refused while nobody is named, and no bounce names who is not there', async () => {
    for (const address of ['postmaster', 'postmaster@_relay.test', 'abuse@_relay.test'])
      expect(await recipientCode(address)).toBe(550);
    expect(await bounce()).not.toMatch(/postmaster/i);
  });

  test('goes to the address that a setting names, encrypted or not', async () => {
    const { login, imap } = await newUser();
    await shell(relay(), `chatmail configure --yes --set 'postmaster=${login.user}'`);
    await shell(relay(), 'until chatmail status >/dev/null; do sleep 0.1; done');
    await imap.require('SELECT INBOX');
    const waiting = await imap.idle();
    const smtp = await connectSmtp(endpoint(relay(), 'smtp'));
    await smtp.ehlo();
    const from = 'somebody@[192.0.2.1]';
    const mail = `From: ${from}\r\nTo: postmaster@_relay.test\r\nSubject: spam\r\nMessage-ID: <1@x.test>\r\nDate: Mon, 01 Jan 2024 00:00:00 +0000\r\n\r\nin clear\r\n`;
    const to = ['postmaster', 'Postmaster@_relay.test', 'abuse@_relay.test'];
    expect(await smtp.send({ from, to, mail })).toMatchObject({ code: 250 });
    expect(await recipientCode('abuse')).toBe(550);
    smtp.close();
    await waiting.next();
    await waiting.done();
    expect(await imap.fetch(1)).toContain('in clear');
    expect(await bounce()).toContain('<postmaster@_relay.test>');
  });
});

test('the report adds up', async () => {
  const { addresses, messages } = await json('report', '--json');
  const users = (await json('users', 'list', '--json')) as { messages: number }[];
  const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
  expect(sum(addresses.map((row: { addresses: number }) => row.addresses))).toBe(users.length);
  expect(sum(messages.map((row: { messages: number }) => row.messages))).toBe(
    sum(users.map((user) => user.messages)),
  );
  const report = (await run(relay(), 'chatmail', 'report')).stdout;
  expect(report).toMatch(new RegExp(`^addresses +${users.length}$`, 'm'));
  expect(report).not.toMatch(/ 0$/m);
});

describe('what somebody put into the folders of mail', () => {
  test('a FIFO in the place of a password keeps nobody from logging in', async () => {
    const [victim, other] = [await newUser(), await newUser()];
    await shell(
      relay(),
      `rm '${victim.home}/password'; mkfifo '${victim.home}/password'; chown vmail: '${victim.home}/password'`,
    );
    const [stuck] = await Promise.all([
      logIn(victim.login),
      logIn(other.login).then(({ status }) => expect(status).toBe('OK')),
      recipientCode(other.login.user).then((code) => expect(code).toBe(250)),
    ]);
    expect(stuck.status).toBe('NO');
    const { stdout, stderr } = await run(relay(), 'chatmail', 'users', 'list');
    expect(stdout).toContain(other.login.user);
    expect(stderr).toContain(`${victim.home}/password is not a regular file`);
    expect((await run(relay(), 'chatmail', 'users', 'delete', '--yes', victim.login.user)).exitCode).toBe(0);
    expect((await logIn(victim.login)).status).toBe('OK');
  });

  test("root looks at them with no group of root's", async () => {
    const name = 'groups000@_relay.test';
    await shell(relay(), `install -d -o root -g adm -m 750 '${MAIL}/${name}'`);
    for (const command of ['expire', 'report']) {
      const { exitCode } = await run(relay(), 'setpriv', '--groups', 'root,adm', 'chatmail', command);
      expect([command, exitCode]).toEqual([command, 1]);
    }
    await shell(relay(), `rmdir '${MAIL}/${name}'`);
  });
});

test.each([
  [['users'], 2],
  [['users', 'show'], 2],
  [['users', 'list', '--jsn'], 2],
  [['create', 'maybe'], 2],
  [['users', 'show', 'nobody00x@_relay.test'], 1],
  [['users', 'block', '../../../etc@_relay.test'], 1],
  [['users', '--help'], 0],
])('chatmail %j ends with %i', async (args, status) => {
  const { exitCode, stdout, stderr } = await run(relay(), 'chatmail', ...args);
  expect([exitCode, stdout === '', stderr === '']).toEqual([status, status !== 0, status === 0]);
});

test('the journal names nobody', async () => {
  expect(await shell(relay(), 'journalctl --boot --output=cat --no-pager')).not.toMatch(/\w@_relay\.test/);
});
