import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * doveauth as systemd starts it, asked by Debian's Dovecot. Needs root, dovecot-imapd, dovecot-lmtpd, openssl
 * and systemd-socket-activate; makes the system user vmail where there is none.
 */
const DOMAINS = { domain: 'chat.example', ip: '192.0.2.1' };
type Relay = { folder: string; mail: string; port: number; door: Door; stop: () => Promise<void> };

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};

const appears = async (path: string): Promise<void> => {
  const watcher = watch(join(path, '..'));
  while (!existsSync(path)) await once(watcher, 'change');
  watcher.close();
};

/** Through it Dovecot asks doveauth. */
interface Door {
  /** So many of the next questions find that the service ends. */
  failures: number;
  /** How many were asked. */
  questions: number;
  readonly close: () => void;
}

const openDoor = async (folder: string): Promise<Door> => {
  const server = createServer((asking) => {
    const service = connect(join(folder, 'auth'));
    asking.on('error', () => {});
    service.on('error', () => {}).pipe(asking);
    asking.on('data', (data) => {
      const isQuestion = /^L/m.test(String(data));
      if (isQuestion) door.questions++;
      if (isQuestion && door.failures > 0) {
        door.failures--;
        asking.destroy();
      } else service.write(data);
    });
    asking.once('close', () => service.destroy());
  }).listen(join(folder, 'door'));
  await once(server, 'listening');
  chmodSync(join(folder, 'door'), 0o666);
  const door = { failures: 0, questions: 0, close: () => server.close() };
  return door;
};

const SOCKETS = ['auth', 'lastlogin', 'recipients'];

/** The whole of doveauth as a program, with small limits of our own in place of the default ones. */
const bundle = async (folder: string): Promise<string> => {
  const outfile = join(folder, 'doveauth.cjs');
  await build({
    stdin: {
      contents: `
        import { start } from './src/relay/doveauth/main.ts';
        import { listeners } from './src/relay/listeners.ts';
        import { modelOf } from './src/model/model.ts';
        import { withDefaults } from './src/config/schema.ts';
        const [domain, mailRoot, noCreate, limits] = process.argv.slice(2);
        const settings = withDefaults({ username_max_length: 20, ...JSON.parse(limits) });
        const closedNotice = mailRoot + '/closed.html';
        start(modelOf({ ...settings, mail_domain: domain }), listeners(), { mailRoot, noCreate, closedNotice });`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    outfile,
  });
  return outfile;
};

/** Where the relay's own configuration looks users up. */
const USERS = (/^passdb \{[\s\S]*^userdb \{[\s\S]*?^\}/m.exec(
  readFileSync('templates/etc/chatmail/dovecot.conf', 'utf8'),
) ?? [''])[0];

const dovecotConf = (folder: string, port: number) => `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~
first_valid_uid = 100
auth_mechanisms = plain
auth_username_chars = abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+@[]
auth_username_format = %Lu
auth_failure_delay = 0
${USERS.replaceAll('/etc/chatmail/dovecot-auth.conf.ext', `${folder}/auth.conf`)}
namespace inbox {
  inbox = yes
}
protocol imap {
  mail_plugins = last_login
}
plugin {
  last_login_dict = proxy:${folder}/lastlogin:lastlogin
  last_login_key = last-login/%u
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth-worker {
  user = $default_internal_user
}
service lmtp {
  unix_listener ${folder}/lmtp {
    mode = 0600
  }
}
`;

const authConf = (folder: string) => `
uri = proxy:warn_slow_msecs=30000:${folder}/door:auth
iterate_disable = no
iterate_prefix = userdb/
default_pass_scheme = plain
password_key = passdb/%Ew"%Eu
user_key = userdb/%s/%Eu
`;

/** None that a computer that runs tests could reach. */
const NO_LIMITS = { max_load_1m: 1e5, min_available_memory: 0, min_free_disk_space: 0 };

const startRelay = async (domain: string, limits: Partial<typeof NO_LIMITS> = {}): Promise<Relay> => {
  const folder = mkdtempSync('/tmp/doveauth-');
  chmodSync(folder, 0o755);
  const mail = join(folder, 'mail');
  mkdirSync(mail);
  execFileSync('chown', ['vmail:vmail', mail]);
  const program = await bundle(folder);
  const service = spawn(
    'systemd-socket-activate',
    [
      ...SOCKETS.flatMap((name) => ['-l', join(folder, name)]),
      `--fdname=${SOCKETS.join(':')}`,
      ...['setpriv', '--reuid=vmail', '--regid=vmail', '--clear-groups'],
      ...[process.execPath, program, domain, mail, join(folder, 'nocreate')],
      JSON.stringify({ ...NO_LIMITS, ...limits }),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  service.stderr.on('data', (text) => writeFileSync(join(folder, 'service.log'), text, { flag: 'a' }));
  await Promise.all(SOCKETS.map((name) => appears(join(folder, name))));
  // As the relay's socket units have it.
  execFileSync('chown', ['dovecot', join(folder, 'auth')]);
  execFileSync('chown', ['vmail', join(folder, 'lastlogin')]);
  const door = await openDoor(folder);
  const port = await freePort();
  writeFileSync(join(folder, 'dovecot.conf'), dovecotConf(folder, port));
  writeFileSync(join(folder, 'auth.conf'), authConf(folder));
  const dovecot = spawn('dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' });
  await appears(join(folder, 'lmtp'));
  const ended = Promise.all([once(dovecot, 'exit'), once(service, 'exit')]);
  const stop = async () => {
    door.close();
    dovecot.kill();
    service.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { folder, mail: join(mail, domain), port, door, stop };
};

/** Sends lines, each once the answer to the one before has ended; gives all that was answered. */
const converse = async (
  to: { port: number } | { path: string },
  isAnswer: (text: string) => boolean,
  lines: string[],
): Promise<string[]> => {
  const socket = connect(to as { path: string }).setEncoding('latin1');
  let pending = '';
  const answers: string[] = [];
  for await (const chunk of socket) {
    pending += chunk;
    if (!isAnswer(pending)) continue;
    answers.push(pending);
    pending = '';
    const next = lines.shift();
    if (next === undefined) socket.end();
    else socket.write(`${next}\r\n`);
  }
  return answers;
};

const imap = (relay: Relay, user: string, password: string | Buffer): Promise<string[]> => {
  const plain = Buffer.concat([Buffer.from(`\0${user}\0`), Buffer.from(password)]);
  return converse({ port: relay.port }, (text) => /^(\* (OK|BYE)|a\d (OK|NO|BAD)).*\r\n$/m.test(text), [
    `a1 AUTHENTICATE PLAIN ${plain.toString('base64')}`,
    'a2 LOGOUT',
  ]);
};

/** OK, or the response code of the refusal. */
const logIn = async (relay: Relay, user: string, password: string | Buffer): Promise<string> => {
  const answer = (await imap(relay, user, password))[1] ?? '';
  return /^a1 (?:NO \[(\w+)\]|(OK))/m.exec(answer)?.slice(1).find(Boolean) ?? answer;
};

const lmtp = (relay: Relay, recipient: string): Promise<string[]> =>
  converse({ path: join(relay.folder, 'lmtp') }, (text) => /^\d{3} .*\r\n$/m.test(text), [
    'LHLO localhost',
    'MAIL FROM:<>',
    `RCPT TO:<${recipient}>`,
    'DATA',
    'Subject: x\r\n\r\nx\r\n.',
    'QUIT',
  ]);

let relay: Relay;
let ipRelay: Relay;
beforeAll(async () => {
  // Another run on this computer may be making it at this moment.
  const makeUser = 'id vmail || useradd --system --no-create-home vmail || id vmail';
  execFileSync('sh', ['-c', makeUser], { stdio: 'ignore' });
  [relay, ipRelay] = await Promise.all([startRelay(DOMAINS.domain), startRelay(DOMAINS.ip)]);
});
afterAll(() => Promise.all([relay.stop(), ipRelay.stop()]));

test('a first login makes the address, with what belongs to it', async () => {
  expect(await logIn(relay, 'alice.one@chat.example', 'correct horse')).toBe('OK');
  const home = join(relay.mail, 'alice.one@chat.example');
  expect(readFileSync(join(home, 'password'), 'latin1')).toMatch(/^\{SHA512-CRYPT\}\$6\$[^$]+\$[\w./]{86}$/);
  expect(readFileSync(join(home, 'enforceE2EEincoming'), 'latin1')).toBe('');
  expect(readdirSync(home).filter((name) => name.startsWith('password'))).toEqual(['password']);
  const { mode, uid } = statSync(home);
  expect([mode & 0o777, uid]).toEqual([0o700, Number(execFileSync('id', ['-u', 'vmail']))]);
  expect(await logIn(relay, 'alice.one@chat.example', 'correct horse')).toBe('OK');
  expect(await logIn(relay, 'ALICE.one@Chat.Example', 'correct horse')).toBe('OK');
  expect(await logIn(relay, 'alice.one@chat.example', 'wrong horse')).toBe('AUTHENTICATIONFAILED');
});

test.each([
  ['name too short', 'short@chat.example', 'password1'],
  ['name too long', `${'x'.repeat(21)}@chat.example`, 'password1'],
  ['password too short', 'shortpass@chat.example', '12345678'],
  ['password too long', 'longpassw@chat.example', 'x'.repeat(201)],
  ['password with a control character', 'controlch@chat.example', 'pass\x07word1'],
  ['password with a tab', 'controlch@chat.example', 'pass\tword1'],
  ['another domain', 'elsewhere@other.example', 'password1'],
  ['no domain', 'elsewhere', 'password1'],
  ['a name that is a path', '../../../../tmp/x@chat.example', 'password1'],
])('refused: %s', async (_, user, password) => {
  const before = readdirSync(relay.mail);
  expect(await logIn(relay, user, password)).toBe('AUTHENTICATIONFAILED');
  expect(readdirSync(relay.mail)).toEqual(before);
});

test('while the relay is closed, nobody new comes in and everybody else does', async () => {
  expect(await logIn(relay, 'before.it@chat.example', 'password1')).toBe('OK');
  writeFileSync(join(relay.folder, 'nocreate'), '');
  expect(await logIn(relay, 'while.it.is@chat.example', 'password1')).toBe('AUTHENTICATIONFAILED');
  expect(await logIn(relay, 'before.it@chat.example', 'password1')).toBe('OK');
  rmSync(join(relay.folder, 'nocreate'));
  expect(readFileSync(join(relay.folder, 'service.log'), 'utf8')).toContain(
    '<5>registration rejected: closed by the operator\n',
  );
});

test('of two first logins at once one wins, and only its password is right', async () => {
  const passwords = ['password-a', 'password-b', 'password-c', 'password-d'];
  const at = () => Promise.all(passwords.map((password) => logIn(relay, 'race.race@chat.example', password)));
  const first = await at();
  expect(first.filter((result) => result === 'OK')).toHaveLength(1);
  expect(await at()).toEqual(first);
});

test.each([
  ['quotes', `"a"'b'"c"d"`],
  ['backslashes', '\\a\\\\"bcde\\'],
  ['slashes', '/a/../b//%u%w'],
  ['spaces', '  spaces  '],
  ['another alphabet', 'пароль-密码'],
  ['bytes that are not UTF-8', Buffer.from('\xff\xfe\xe4pass-word', 'latin1')],
  ['the longest', 'x'.repeat(200)],
])('password with %s', async (_, password) => {
  const user = `pw${Math.random().toString(36).slice(2, 12).padEnd(10, 'x')}@chat.example`;
  expect(await logIn(relay, user, password)).toBe('OK');
  expect(await logIn(relay, user, password)).toBe('OK');
  expect(await logIn(relay, user, `${password}x`)).toBe('AUTHENTICATIONFAILED');
});

/** Puts a mailbox there as an older relay has left it. */
const bring = ({ mail }: Relay, address: string, password: string): void => {
  const home = join(mail, address);
  execFileSync('install', ['-d', '-o', 'vmail', '-g', 'vmail', '-m', '700', home]);
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password });
  writeFileSync(join(home, 'password'), `{SHA512-CRYPT}${hash}`);
  execFileSync('chown', ['vmail:vmail', join(home, 'password')]);
};

test.each([
  ['load too high', { max_load_1m: -1 }],
  ['not enough memory available', { min_available_memory: 2 ** 60 }],
  ['not enough disk space', { min_free_disk_space: 2 ** 60 }],
])('with %s, nobody new comes in and everybody else does', async (reason, limits) => {
  const limited = await startRelay(DOMAINS.domain, limits);
  try {
    bring(limited, 'before.it@chat.example', 'password1');
    expect(await logIn(limited, 'while.it.is@chat.example', 'password1')).toBe('AUTHENTICATIONFAILED');
    expect(await logIn(limited, 'before.it@chat.example', 'password1')).toBe('OK');
    const log = readFileSync(join(limited.folder, 'service.log'), 'utf8');
    expect(log.match(/^<.*/gm)).toEqual([`<5>registration rejected: ${reason}`]);
  } finally {
    await limited.stop();
  }
});

test('an address that came from an older relay logs in, whatever the rules are today', async () => {
  bring(relay, 'x+y@chat.example', 'short');
  expect(await logIn(relay, 'x+y@chat.example', 'short')).toBe('OK');
  expect(await logIn(relay, 'x+y@chat.example', 'shirt')).toBe('AUTHENTICATIONFAILED');
});

test('addresses on an IP address log in and get mail', async () => {
  expect(await logIn(ipRelay, 'ip.address@[192.0.2.1]', 'password1')).toBe('OK');
  expect(await logIn(ipRelay, 'ip.address@[192.0.2.1]', 'password2')).toBe('AUTHENTICATIONFAILED');
  expect(await logIn(ipRelay, 'ip.address@192.0.2.1', 'password1')).toBe('AUTHENTICATIONFAILED');
  expect((await lmtp(ipRelay, 'ip.address@[192.0.2.1]'))[5]).toMatch(/^250 /);
  expect(readdirSync(join(ipRelay.mail, 'ip.address@[192.0.2.1]', 'new'))).toHaveLength(1);
});

test('mail is taken for addresses that exist and refused for others', async () => {
  expect(await logIn(relay, 'recipient@chat.example', 'password1')).toBe('OK');
  expect((await lmtp(relay, 'recipient@chat.example'))[5]).toMatch(/^250 /);
  expect((await lmtp(relay, 'nobody.at.all@chat.example'))[3]).toMatch(/^550 /);
});

test('a blocked address has no login, gets no mail, and is not made anew', async () => {
  expect(await logIn(relay, 'blocked.one@chat.example', 'password1')).toBe('OK');
  const password = join(relay.mail, 'blocked.one@chat.example/password');
  const hash = readFileSync(password, 'latin1');
  writeFileSync(password, `!${hash}`);
  for (const given of ['password1', `!${hash}`, 'another-one'])
    expect(await logIn(relay, 'blocked.one@chat.example', given)).toBe('AUTHENTICATIONFAILED');
  expect((await lmtp(relay, 'blocked.one@chat.example'))[3]).toMatch(/^550 /);
  expect(readFileSync(password, 'latin1')).toBe(`!${hash}`);
  writeFileSync(password, hash);
  expect(await logIn(relay, 'blocked.one@chat.example', 'password1')).toBe('OK');
});

test('all users can be listed', async () => {
  const conf = join(relay.folder, 'dovecot.conf');
  const { stdout: listed } = await promisify(execFile)('doveadm', ['-c', conf, 'user', '*@chat.example']);
  expect(String(listed).trim().split('\n').sort()).toEqual(readdirSync(relay.mail).sort());
});

test('the day of the last login is kept, and no more', async () => {
  expect(await logIn(relay, 'last.login@chat.example', 'password1')).toBe('OK');
  const password = join(relay.mail, 'last.login@chat.example', 'password');
  utimesSync(password, 86_400, 86_400);
  const changed = watch(password);
  expect(await logIn(relay, 'last.login@chat.example', 'password1')).toBe('OK');
  const today = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  while (statSync(password).mtimeMs < today) await once(changed, 'change');
  changed.close();
  expect(statSync(password).mtimeMs % 86_400_000).toBe(0);
});

test.each([
  ['right', 1, 'OK', 2],
  ['wrong', 1, 'UNAVAILABLE', 2],
  ['right', 2, 'UNAVAILABLE', 2],
  ['wrong', 0, 'AUTHENTICATIONFAILED', 1],
])(
  'a login with the %s password, of whose questions the service dies %i times: %s',
  async (password, failures, answer, questions) => {
    expect(await logIn(relay, 'patient.one@chat.example', 'right password')).toBe('OK');
    Object.assign(relay.door, { failures, questions: 0 });
    // The user is looked up, too, after a login that was right.
    expect(await logIn(relay, 'patient.one@chat.example', `${password} password`)).toBe(answer);
    expect(relay.door.questions - Number(answer === 'OK')).toBe(questions);
  },
);

test('trouble is a temporary failure, and the password is in no log', async () => {
  const home = join(relay.mail, 'trouble.trouble@chat.example');
  mkdirSync(join(home, 'password'), { recursive: true });
  execFileSync('chown', ['-R', 'vmail:vmail', home]);
  expect(await logIn(relay, 'trouble.trouble@chat.example', 'Secret-Password')).toBe('UNAVAILABLE');
  expect(readFileSync(join(relay.folder, 'service.log'), 'utf8')).toContain('ENOTFILE');
  expect(readFileSync(join(relay.folder, 'log'), 'utf8')).not.toContain('Secret-Password');
});

test('the journal knows no addresses', () =>
  expect(readFileSync(join(relay.folder, 'service.log'), 'utf8')).not.toContain('@'));
