import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { faultsOf, launchBrowser, picture } from './browser.ts';
import { makeCertificate } from './certificate.ts';
import { type DeltaChat, startDeltaChat } from './delta-chat.ts';
import { ask } from './http-client.ts';
import { TAR } from './images.ts';
import { connectImap } from './imap-client.ts';
import { endpoint, newLogin, type Relay, run, type StartedRelay, shell, startRelay } from './relay.ts';

/** A relay for invited people, with the real doveauth, Dovecot, nginx and Delta Chat core. */
const USER_DATA = `#cloud-config
chatmail:
  mail_domain: _relay.test
  max_load_1m: 1000
`;

let started: StartedRelay;
let folder: string;
let core: DeltaChat;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'user-data-'));
  const file = join(folder, 'user-data');
  await writeFile(file, USER_DATA);
  started = await startRelay(['--backend', 'nspawn', '--image', TAR, '--user-data', file]);
  await inside('chatmail configure --yes --set registration=invite');
  core = await startDeltaChat({ '_relay.test': relay().address, '_front.test': '127.0.0.1' });
});
afterAll(async () => {
  await core?.stop();
  await started?.stop();
  await rm(folder, { recursive: true });
});
// The web counts accounts for each network in its memory.
beforeEach(() => inside('systemctl stop chatmail-web.service 2>&1'));

const relay = (): Relay => started.relay;
const inside = (script: string) => shell(relay(), script);
const invite = async (...options: string[]): Promise<string> => {
  const { stdout } = await run(relay(), 'chatmail', 'invite', 'create', '--json', ...options);
  return new URL((JSON.parse(stdout) as { link: string }).link).pathname;
};
const appPath = (path: string): string => path.replace('/i/', '/new?i=');
const logIn = async ({ user, password }: { user: string; password: string }): Promise<string> => {
  const imap = await connectImap(endpoint(relay(), 'imaps'));
  const { status } = await imap.logIn(user, password);
  imap.close();
  return status.split(' ')[0] ?? '';
};
interface Account {
  readonly email: string;
  readonly password: string;
}
const accountOf = (body: string): { user: string; password: string } => {
  const { email, password } = JSON.parse(body) as Account;
  return { user: email, password };
};

test('nobody is offered an account without an invitation, and none comes into being', async () => {
  expect(await ask(relay(), '/new', { method: 'POST' })).toMatchObject({
    status: 503,
    body: '{"reason":"by invitation only"}',
  });
  for (const path of ['/', '/join']) {
    const { body } = await ask(relay(), path, { headers: { cookie: 'home' } });
    if (path === '/join') expect(body).toContain('This relay is for invited people');
    expect(body).not.toContain('dclogin:');
  }
  expect(await logIn(newLogin(relay()))).toBe('NO');
  expect(await inside('chatmail status || true')).toMatch(/^new addresses +by invitation only$/m);
  expect(await inside('chatmail create')).toMatch(/^new addresses +by invitation only$/m);
  expect(await inside('journalctl -o cat -u chatmail-doveauth')).toContain(
    'registration rejected: by invitation only',
  );
});

test('the real core joins from the page, and the same invitation does not give a second account', async () => {
  const path = await invite();
  const { status, body } = await ask(relay(), path, { method: 'POST' });
  expect(status).toBe(200);
  const link = /href="(dclogin:[^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const account = await core.addAccount();
  expect(await account.scan(link)).toMatch(/^\w{9}@_relay\.test$/);
  const again = await ask(relay(), path, { method: 'POST' });
  expect([again.status, again.body]).toEqual([410, expect.stringContaining('This invitation has ended')]);
});

/**
 * Where the real core asks for an account as it does where a certificate is trusted: its roots are compiled in, and a name
 * that begins with `_` is the only one whose certificate it does not check. It names the whole URL in its request, which
 * nginx takes with any other name.
 */
const startFront = async (): Promise<Server> => {
  const server = createServer(
    await makeCertificate('_front.test', '_front.test'),
    async ({ url = '', method }, response) => {
      const { pathname, search } = new URL(url);
      const { status, body } = await ask(relay(), pathname + search, { method: method as 'POST' });
      response.writeHead(status).end(body);
    },
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
};

test('the real core joins from the code of an invitation, and is told when there are no more places', async () => {
  const path = await invite();
  const front = await startFront();
  const { port } = front.address() as AddressInfo;
  const code = `DCACCOUNT:https://_front.test:${port}${appPath(path)}`;
  try {
    expect(await (await core.addAccount()).scan(code)).toMatch(/^\w{9}@_relay\.test$/);
    await expect((await core.addAccount()).scan(code)).rejects.toThrow('this invitation has ended');
  } finally {
    front.close();
  }
});

test('an account that was given out is for who has its password, and no one else', async () => {
  const login = accountOf((await ask(relay(), appPath(await invite()), { method: 'POST' })).body);
  expect(await logIn({ ...login, password: 'another-password' })).toBe('NO');
  expect(await logIn(login)).toBe('OK');
  expect(await logIn(login)).toBe('OK');
});

test('a revoked invitation gives nothing, and takes back what nobody uses yet', async () => {
  const path = await invite('--uses', '3');
  const [used, unused] = [
    accountOf((await ask(relay(), appPath(path), { method: 'POST' })).body),
    accountOf((await ask(relay(), appPath(path), { method: 'POST' })).body),
  ];
  expect(await logIn(used)).toBe('OK');
  expect(await inside(`chatmail invite revoke https://_relay.test${path}`)).toContain(
    'the account made with it stays',
  );
  expect((await ask(relay(), path)).status).toBe(410);
  expect(await logIn(unused)).toBe('NO');
  expect(await logIn(used)).toBe('OK');
});

test('the pages, in a browser', async () => {
  const browser: Browser = await launchBrowser();
  try {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    const path = await invite('--uses', '12');
    await page.goto(`https://${relay().address}${path}`);
    expect(await page.textContent('h1')).toBe('You are invited');
    expect(await page.textContent('main')).toContain('12 accounts are left.');
    expect(await faultsOf(page)).toEqual([]);
    await picture(page, 'invitation');
    await page.getByText('Get an account').click();
    expect(await page.textContent('h1')).toBe('Your new account');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByText('Another account').click();
    expect(await page.textContent('main')).toContain('11 accounts are left.');
    await page.goto(`https://${relay().address}/i/AbCdEfGhIjKlMnOpQrSt_-`);
    expect(await page.textContent('h1')).toBe('This invitation has ended');
    expect(await faultsOf(page)).toEqual([]);
    await picture(page, 'invitation-ended');
    await page.goto(`https://${relay().address}/join`);
    await picture(page, 'join-invited-only');
    expect(await faultsOf(page)).toEqual([]);
  } finally {
    await browser.close();
  }
});

test('doveauth is killed while twenty want ten places: ten accounts work, and not one more', async () => {
  const path = await invite('--uses', '10');
  const asked = Array.from({ length: 20 }, () => ask(relay(), appPath(path), { method: 'POST' }));
  await Promise.race(asked);
  await inside('systemctl kill --signal=KILL chatmail-doveauth');
  const answers = await Promise.all(asked);
  const given = answers.filter(({ status }) => status === 200).map(({ body }) => accountOf(body));
  expect(given.length).toBeGreaterThan(0);
  for (const login of given) expect(await logIn(login)).toBe('OK');
  await inside('systemctl stop chatmail-web.service 2>&1');
  for (;;) {
    const { status, body } = await ask(relay(), appPath(path), { method: 'POST' });
    if (status !== 200) break;
    given.push(accountOf(body));
    expect(await logIn(given.at(-1) as { user: string; password: string })).toBe('OK');
  }
  const list = JSON.parse((await run(relay(), 'chatmail', 'invite', 'list', '--json')).stdout);
  const [row] = list as { joined: number; waiting: number; left: number }[];
  // An answer that the kill kept from its app is a place that is free again after a day.
  expect(row).toMatchObject({ joined: given.length, waiting: 10 - given.length, left: 0 });
});

test('a backup has the invitations, and a restore brings them back', async () => {
  const path = await invite('--note', 'kept');
  await inside('chatmail backup >/root/relay.tar');
  await inside('chatmail backup --without-mail | tar --list | grep -qx home/vmail/mail/invitations');
  await inside(`chatmail invite revoke '${path.replace('/i/', '')}'`);
  expect((await ask(relay(), path)).status).toBe(410);
  await inside('chatmail restore --replace </root/relay.tar');
  expect((await ask(relay(), path)).status).toBe(200);
  expect(await inside('stat -c "%U %a" /home/vmail/mail/invitations')).toBe('vmail 600');
});

test('neither token nor password is in a log', async () => {
  const path = await invite();
  const { password } = accountOf((await ask(relay(), appPath(path), { method: 'POST' })).body);
  const secrets = `${path.replace('/i/', '')}\n${password}`;
  expect(await inside(`journalctl --namespace='*' --all -o export | grep -cF "${secrets}" || true`)).toBe(
    '0',
  );
});

test('closed means nobody, and open means everybody', async () => {
  const path = await invite();
  await inside('chatmail configure --yes --set registration=closed');
  await expect.poll(async () => (await ask(relay(), path)).status).toBe(503);
  expect(await logIn(newLogin(relay()))).toBe('NO');
  await inside('chatmail configure --yes --set registration=open');
  await expect.poll(async () => (await ask(relay(), '/new', { method: 'POST' })).status).toBe(200);
  expect(await logIn(newLogin(relay()))).toBe('OK');
  expect((await ask(relay(), path)).status).toBe(200);
});
