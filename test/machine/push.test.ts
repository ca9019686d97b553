import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ask } from './http-client.ts';
import { TAR } from './images.ts';
import { connectImap, type ImapClient } from './imap-client.ts';
import { encryptedMail } from './mail.ts';
import { type PushService, startPushService } from './push-service.ts';
import { endpoint, newLogin, run, type StartedRelay, shell, startRelay } from './relay.ts';
import { connectSmtp } from './smtp-client.ts';

/*
 * What a relay tells apps beside mail: metadata over IMAP, pushes to a real HTTPS server on this computer, and TURN
 * by coturn's own client.
 */

const DOMAIN = '_relay.test';
const SERVER = '/shared/vendor/deltachat';

let folder: string;
let started: StartedRelay;
let service: PushService;
const relay = () => started.relay;
const inside = (script: string) => shell(relay(), script);

/** A certificate for an address, which the relay is made to trust. */
const certificateFor = async (address: string) => {
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  // biome-ignore format: one option a line reads worse
  await execa('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=push', '-addext', `subjectAltName=IP:${address}`, '-keyout', key, '-out', cert]);
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'push-'));
  const userData = join(folder, 'user-data');
  const settings = `  mail_domain: ${DOMAIN}\n  max_load_1m: 1000\n  min_available_memory: 0\n  turn: true\n`;
  await writeFile(userData, `#cloud-config\nchatmail:\n${settings}`);
  started = await startRelay(['--backend', 'nspawn', '--image', TAR, '--user-data', userData]);
  const smtp = await connectSmtp(endpoint(relay(), 'submissions'));
  smtp.close();
  const certificate = await certificateFor(smtp.localAddress);
  service = await startPushService(smtp.localAddress, certificate);
  await inside(`echo '${certificate.cert}' > /usr/local/share/ca-certificates/push.crt
    update-ca-certificates > /dev/null
    echo 'push_gateway: ${service.url}' > /etc/chatmail/chatmail.yaml
    chatmail configure > /dev/null`);
});
afterAll(async () => {
  await started?.stop();
  await service?.close();
  await rm(folder, { recursive: true });
});

interface User {
  readonly user: string;
  readonly password: string;
  readonly imap: ImapClient;
  /** A token nobody else has, which is set. */
  readonly token: string;
}

const logIn = async (): Promise<User> => {
  const { user, password } = newLogin(relay());
  const imap = await connectImap(endpoint(relay(), 'imaps'));
  onTestFinished(imap.close);
  expect((await imap.logIn(user, password)).status).toMatch(/^OK/);
  const token = `openpgp:${randomUUID()}+/=`;
  await imap.require(`SETMETADATA INBOX (/private/devicetoken "${token}")`);
  return { user, password, imap, token };
};

const send = async ({ user, password }: User, ...recipients: readonly User[]): Promise<void> => {
  const smtp = await connectSmtp(endpoint(relay(), 'submissions'));
  expect(await smtp.logIn(user, password)).toMatchObject({ code: 235 });
  const to = recipients.map((recipient) => recipient.user);
  const mail = await encryptedMail({ from: user.toUpperCase(), to: to.join('>, <') });
  expect(await smtp.send({ from: user, to, mail })).toMatchObject({ code: 250 });
  smtp.close();
};

/** The values of entries, in their order. */
const metadata = async (
  imap: ImapClient,
  mailbox: string,
  ...entries: string[]
): Promise<(string | null)[]> => {
  const { lines } = await imap.require(`GETMETADATA ${mailbox} (${entries.join(' ')})`);
  const values = lines.join('\r\n').matchAll(/\/\S+ (?:NIL|"([^"]*)"|\{\d+\}\r\n(.*?)(?= \/|\)$|\r\n))/g);
  return [...values].map(([, quoted, literal]) => quoted ?? literal ?? null);
};

test('an app is told about the relay', async () => {
  const { imap } = await logIn();
  const keys = ['maxsmtprecipients', 'appversions', 'irohrelay', 'other'].map((key) => `${SERVER}/${key}`);
  expect(await metadata(imap, '""', '/shared/admin', ...keys)).toEqual([
    null,
    '1000',
    '{"clients":[]}',
    null,
    null,
  ]);
});

test('tokens are kept, and nothing else is', async () => {
  const { imap, user, token } = await logIn();
  await imap.require('SETMETADATA INBOX (/private/devicetoken "second")');
  await imap.require(`SETMETADATA INBOX (/private/devicetoken {6+}\r\nthird!)`);
  await imap.require('SETMETADATA INBOX (/private/devicetoken NIL)');
  expect(await metadata(imap, 'INBOX', '/private/devicetoken')).toEqual([`${token} second third!`]);
  for (const entry of ['/private/comment', '/private/messagenew', '/shared/comment'])
    expect((await imap.command(`SETMETADATA INBOX (${entry} "x")`)).status).toMatch(/^NO/);
  expect((await imap.command('SETMETADATA INBOX (/private/devicetoken "two tokens")')).status).toMatch(/^NO/);
  const file = JSON.parse(await inside(`cat /home/vmail/mail/${DOMAIN}/${user}/metadata.json`));
  expect(Object.keys(file.devicetoken)).toEqual([token, 'second', 'third!']);
});

test.each([
  ['a plain name', 'x'],
  ['spaces', '"a folder of mine"'],
  ['an ampersand', '"&-"'],
  ['another alphabet', '"&BBAEEQ-"'],
  ['200 characters', 'x'.repeat(200)],
  ['a folder in a folder', 'x.y'],
])(
  'a folder with %s is made, renamed, deleted and made anew, and metadata are in nobody’s way',
  async (_, name) => {
    const { imap, token } = await logIn();
    const folders = async () => (await imap.require('LIST "" *')).lines.length;
    const before = await folders();
    await imap.require(`CREATE ${name}`);
    for (const folder of [name, 'INBOX']) {
      expect(await metadata(imap, folder, '/private/comment', '/shared/unknown')).toEqual([null, null]);
      await imap.require(`SETMETADATA ${folder} (/private/comment NIL /private/unknown NIL)`);
    }
    await imap.require(`DELETE ${name}`);
    expect(await folders()).toBe(before);
    expect((await imap.command(`SELECT ${name}`)).status).toMatch(/^NO .*doesn't exist/);
    await imap.require(`CREATE ${name}`);
    await imap.require(`RENAME ${name} renamed`);
    await imap.require('SELECT renamed');
    await imap.require('CLOSE');
    await imap.require('DELETE renamed');
    expect((await imap.command(`DELETE ${name}`)).status).toMatch(/^NO .*doesn't exist/);
    expect(await metadata(imap, 'INBOX', '/private/devicetoken')).toEqual([token]);
  },
);

test('the tokens of an upstream relay work', async () => {
  const [alice, bob] = [await logIn(), await logIn()];
  const old = `old-${randomUUID()}`;
  const path = `/home/vmail/mail/${DOMAIN}/${bob.user}/metadata.json`;
  await inside(`echo '{"devicetoken": ["${old}"], "other": 1}' > ${path}`);
  expect(await metadata(bob.imap, 'INBOX', '/private/devicetoken')).toEqual([old]);
  await send(alice, bob);
  await service.pushed(old);
  await bob.imap.require(`SETMETADATA INBOX (/private/devicetoken "${bob.token}")`);
  expect(JSON.parse(await inside(`cat ${path}`))).toEqual({
    devicetoken: { [old]: expect.any(Number), [bob.token]: expect.any(Number) },
    other: 1,
  });
});

test('a message wakes every device of every recipient, and none of its sender', async () => {
  const [alice, bob, carol] = [await logIn(), await logIn(), await logIn()];
  const second = `second-${randomUUID()}`;
  await bob.imap.require(`SETMETADATA INBOX (/private/devicetoken "${second}")`);
  await send(alice, alice, bob, carol);
  await Promise.all([bob.token, second, carol.token].map((token) => service.pushed(token)));
  // Her own message has no push of its own: the next message's is the first.
  await send(bob, alice);
  await service.pushed(alice.token);
  expect([alice.token, bob.token, second, carol.token].map(service.count)).toEqual([1, 1, 1, 1]);
});

test('a dead token is forgotten', async () => {
  const [alice, bob] = [await logIn(), await logIn()];
  service.answer(bob.token, 410);
  await send(alice, bob);
  await service.pushed(bob.token);
  while ((await metadata(bob.imap, 'INBOX', '/private/devicetoken'))[0]?.includes(bob.token));
  expect(service.count(bob.token)).toBe(1);
});

test('a push that failed is tried again, also when the courier was killed, and nothing of it is logged', async () => {
  const [alice, bob] = [await logIn(), await logIn()];
  service.answer(bob.token, 500);
  await send(alice, bob);
  await service.pushed(bob.token);
  await inside('systemctl kill --signal=KILL chatmail-courier');
  await service.pushed(bob.token, 2);
  expect(await inside('journalctl --boot --output=cat --no-pager')).not.toContain(bob.token.slice(8, 16));
});

test('what comes while the courier does not run is pushed when it is back', async () => {
  const [alice, bob] = [await logIn(), await logIn()];
  const signal = (name: string) => inside(`systemctl kill --signal=${name} chatmail-courier`);
  const queued = () => inside('ls /var/lib/chatmail/push | grep -c -- - || true');
  await signal('STOP');
  await send(alice, bob);
  while ((await queued()) !== '1');
  expect(service.count(bob.token)).toBe(0);
  await signal('KILL');
  await service.pushed(bob.token);
  while ((await queued()) !== '0');
});

test('no message goes without its push when the service behind metadata is killed', async () => {
  const [alice, bob] = [await logIn(), await logIn()];
  const kill = async () => inside('systemctl kill --signal=KILL chatmail-doveauth');
  for (let i = 1; i <= 3; i++) {
    await Promise.all([send(alice, bob), kill()]);
    await service.pushed(bob.token, i);
  }
});

/** What coturn's own client has to say when it asks for a relay address; the peer is of the relay's own machine. */
const askTurn = async (user: string, password: string): Promise<string> => {
  const options = ['-v', '-y', '-n', '1', '-m', '1', '-u', user, '-w', password, '-e', '127.0.0.1'];
  const { all } = await execa('turnutils_uclient', [...options, relay().address], {
    all: true,
    reject: false,
    timeout: 20_000,
  });
  return all;
};

test('TURN is had with the password that an app is told, and relays nothing to the machine itself', async () => {
  const { imap } = await logIn();
  const [value = ''] = await metadata(imap, '""', `${SERVER}/turn`);
  const [host, port, user = '', password = ''] = value?.split(':') ?? [];
  expect([host, port]).toEqual([DOMAIN, '3478']);
  expect(Number(user) - Date.now() / 1000).toBeGreaterThan(86_400);
  const allowed = await askTurn(user, password);
  expect(allowed).toMatch(/allocate response received:\s*\n.*success/);
  expect(allowed).toMatch(/error 403/);
  const refused = await askTurn(user, `${password}x`);
  expect(refused).not.toMatch(/success/);
});

test("TURN's secret is for root and the mail service only, and in no list of processes", async () => {
  const secret = await inside("sed -n 's/^static-auth-secret=//p' /etc/chatmail/turnserver.conf");
  expect(secret).toMatch(/^\w{64}$/);
  expect(await inside('stat -c "%U %G %a" /etc/chatmail/turnserver.conf')).toBe('root vmail 440');
  expect(await inside('ps axww; journalctl --boot --no-pager; cat /etc/chatmail/relay.json')).not.toContain(
    secret,
  );
});

test('an iroh relay that is put here is published and told; TURN ends with its setting', async () => {
  // Stands for the program: answers HTTP at the address that its configuration names. Like it, it makes no code.
  const program = `#!/usr/bin/node --jitless
    const [, address, port] = /http_bind_addr = "(.*):(.*)"/.exec(require('fs').readFileSync(process.argv[3], 'utf8'));
    require('http').createServer((request, response) =>
      response.end([request.url, request.headers.upgrade, request.headers.connection].join())).listen(port, address);`;
  await inside(`cat > /usr/local/bin/iroh-relay <<'END'
${program}
END
    chmod +x /usr/local/bin/iroh-relay
    sed -i 's/turn: true/turn: false/' /var/lib/cloud/instance/user-data.txt
    chatmail configure > /dev/null`);
  const { imap } = await logIn();
  expect(await metadata(imap, '""', `${SERVER}/irohrelay`, `${SERVER}/turn`)).toEqual([
    `https://${DOMAIN}`,
    null,
  ]);
  expect(await inside('systemctl is-active chatmail-iroh')).toBe('active');
  // Active from its process on: it cannot tell systemd when it listens.
  await inside('until ss -Hltn "sport = :3340" | grep -q .; do sleep 0.05; done');
  expect((await run(relay(), 'systemctl', 'is-active', 'chatmail-turn', 'coturn')).stdout).toBe(
    'inactive\ninactive',
  );
  expect((await run(relay(), 'ls', '/etc/chatmail/turnserver.conf')).exitCode).toBe(2);
  for (const path of ['/relay', '/relay/probe', '/generate_204'])
    expect((await ask(relay(), path)).body).toContain(path);
  expect((await ask(relay(), '/relay/other')).status).toBe(404);
});
