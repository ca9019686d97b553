import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { modelOf } from '../../../src/model/model.ts';
import { authHandlers, parseCredentials } from '../../../src/relay/doveauth/auth.ts';
import { censusHandlers } from '../../../src/relay/doveauth/census.ts';
import { createMailbox, hashPassword } from '../../../src/relay/doveauth/create.ts';
import { lastLoginHandlers } from '../../../src/relay/doveauth/last-login.ts';
import { recipientHandlers } from '../../../src/relay/doveauth/recipients.ts';
import { mailboxFinder } from '../../../src/relay/lib/mailbox.ts';

const model = modelOf({ ...withDefaults({}), mail_domain: 'chat.example' });
const ADDRESS = 'abcdefghi@chat.example';
const PLENTY = { isClosed: false, load: 0, memory: 2 ** 40, disk: 2 ** 40, inodes: 2 ** 40 };

let mailRoot: string;
let home: string;
let lines: string[];
beforeEach(() => {
  mailRoot = mkdtempSync(join(tmpdir(), 'doveauth-'));
  home = join(mailRoot, 'chat.example', ADDRESS);
  lines = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(mailRoot, { recursive: true });
});
const find = (address: string) => mailboxFinder(model, mailRoot)(address);
const auth = (resources = PLENTY) =>
  authHandlers(
    model,
    find,
    join(mailRoot, 'chat.example'),
    () => resources,
    async (password) => `{PLAIN}${password}`,
  );
const make = (hash: string) => createMailbox({ address: ADDRESS, name: 'abcdefghi', home }, hash);

test.each([
  ['pass"user', 'pass', 'user'],
  ['"user', '', 'user'],
  ['pa\\"ss"user', 'pa"ss', 'user'],
  ['pa\\\\"us\\"er', 'pa\\', 'us"er'],
  ['it\\\'s\n\t/x"user', "it's\n\t/x", 'user'],
])('credentials %j', (text, password, user) => expect(parseCredentials(text)).toEqual({ password, user }));

test.each(['', 'pass', 'pass\\"user', '\\'])('not credentials: %j', (text) =>
  expect(parseCredentials(text)).toBeUndefined(),
);

/** A relay for invited people, where this name was given to who has this password. */
const invitedOnly = (registration: 'open' | 'invite' | 'closed', redeem = vi.fn(async () => {})) =>
  authHandlers(
    modelOf({ ...withDefaults({ registration }), mail_domain: 'chat.example' }),
    find,
    join(mailRoot, 'chat.example'),
    () => PLENTY,
    async (password) => `{PLAIN}${password}`,
    {
      claim: (name, password) =>
        name === 'abcdefghi' ? (password === 'password1' ? 'own' : 'another') : undefined,
      redeem,
    },
  );

test.each([
  ['invite', 'password1', 'abcdefghi', undefined],
  ['invite', 'password2', 'abcdefghi', 'name is reserved'],
  ['invite', 'password1', 'bcdefghij', 'by invitation only'],
  ['open', 'password1', 'abcdefghi', undefined],
  ['open', 'password2', 'abcdefghi', 'name is reserved'],
  ['open', 'password1', 'bcdefghij', undefined],
  ['closed', 'password1', 'abcdefghi', 'closed by the operator'],
] as const)('registration: %s, %s of %s: %s', async (registration, password, name, refusal) => {
  const redeem = vi.fn(async () => {});
  const key = `shared/passdb/${password}"${name}@chat.example`;
  const value = await invitedOnly(registration, redeem).lookup?.(key, '');
  expect(value === undefined).toBe(refusal !== undefined);
  expect(lines).toEqual(refusal === undefined ? [] : [`<5>registration rejected: ${refusal}\n`]);
  expect(redeem.mock.calls).toEqual(refusal === undefined && name === 'abcdefghi' ? [[name]] : []);
});

test('an address that exists logs in whatever the registration', async () => {
  await make('{PLAIN}password2');
  const key = `shared/passdb/password2"${ADDRESS}`;
  for (const registration of ['invite', 'closed'] as const)
    expect(await invitedOnly(registration).lookup?.(key, '')).toContain('{PLAIN}password2');
});

test('a first login makes the address, and what Dovecot is told', async () => {
  const value = await auth().lookup?.(`shared/passdb/password1"${ADDRESS}`, '');
  const password = '{PLAIN}password1';
  expect(readFileSync(join(home, 'password'), 'latin1')).toBe(password);
  expect(JSON.parse(value ?? '')).toEqual({ addr: ADDRESS, home, uid: 'vmail', gid: 'vmail', password });
  expect(await auth().lookup?.(`shared/passdb/password2"${ADDRESS}`, '')).toBe(value);
  expect(JSON.parse((await auth().lookup?.(`shared/userdb/imap/${ADDRESS}`, '')) ?? '')).toEqual({
    addr: ADDRESS,
    home,
    uid: 'vmail',
    gid: 'vmail',
  });
  expect(readdirSync(home).sort()).toEqual(['enforceE2EEincoming', 'password']);
  expect([home, join(home, 'password')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
  expect(lines).toEqual([]);
});

test('a delivery makes room in a mailbox that is full, a login does not', async () => {
  await make('x');
  mkdirSync(join(home, 'cur'));
  writeFileSync(join(home, 'maildirsize'), '0S\n500000000 1\n');
  const message = join(home, 'cur/1600000000.M1P1.x,S=500000000:2,S');
  writeFileSync(message, '');
  const found = await auth().lookup?.(`shared/userdb/imap/${ADDRESS}`, '');
  expect(existsSync(message)).toBe(true);
  expect(await auth().lookup?.(`shared/userdb/lmtp/${ADDRESS}`, '')).toBe(found);
  expect(existsSync(message)).toBe(false);
});

test.each([
  'shared/userdb/abcdefghi@chat.example',
  'shared/userdb/lmtp/abcdefghi@chat.example',
  'shared/passdb/password1"abcdefghi@other.example',
  'shared/passdb/short"abcdefghi@chat.example',
  'shared/passdb/abcdefghi@chat.example',
  'shared/other/abcdefghi@chat.example',
])('nothing is made by %s', async (key) => {
  expect(await auth().lookup?.(key, '')).toBeUndefined();
  expect(readdirSync(mailRoot)).toEqual([]);
});

test('a refusal is logged with its reason and without the address', async () => {
  expect(
    await auth({ ...PLENTY, load: 99 }).lookup?.(`shared/passdb/password1"${ADDRESS}`, ''),
  ).toBeUndefined();
  expect(lines).toEqual(['<5>registration rejected: load too high\n']);
});

test('while a limit refuses new addresses, existing ones keep working', async () => {
  await make('{PLAIN}x');
  const value = await auth({ ...PLENTY, isClosed: true }).lookup?.(`shared/passdb/x"${ADDRESS}`, '');
  expect(JSON.parse(value ?? '').password).toBe('{PLAIN}x');
});

test('of two that make the same address the first wins', async () => {
  await make('first');
  await make('second');
  expect(readFileSync(join(home, 'password'), 'utf8')).toBe('first');
  expect(readdirSync(home).sort()).toEqual(['enforceE2EEincoming', 'password']);
});

test('many first logins at once agree', async () => {
  const values = await Promise.all(
    [1, 2, 3, 4, 5].map((n) => auth().lookup?.(`shared/passdb/password${n}"${ADDRESS}`, '')),
  );
  expect(new Set(values).size).toBe(1);
});

test('hashes are those of crypt(3), each with its salt, and a failure is nobody else’s', async () => {
  const path = process.env.PATH;
  process.env.PATH = '';
  const failed = hashPassword('password1');
  await expect(failed).rejects.toThrow();
  process.env.PATH = path;
  // two bytes for the ä, which must reach crypt(3) as they are
  const passwords = ['password2', 'p\xc3\xa4ss word\\'];
  const hashes = await Promise.all(passwords.map(hashPassword));
  for (const [i, hash] of hashes.entries()) {
    const salt = hash.split('$')[2] ?? '';
    expect(salt).toMatch(/^[\w./]{16}$/);
    const input = Buffer.from(passwords[i] ?? '', 'latin1');
    const theirs = execFileSync('openssl', ['passwd', '-6', '-salt', salt, '-stdin'], { input });
    expect(hash).toBe(`{SHA512-CRYPT}${theirs}`.trim());
  }
  expect(hashes[0]?.slice(0, 30)).not.toBe(hashes[1]?.slice(0, 30));
});

test('an address whose making was interrupted is made at the next login', async () => {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'password.0123456789abcdef'), 'half');
  expect(await auth().lookup?.(`shared/passdb/password1"${ADDRESS}`, '')).toContain('{PLAIN}password1');
});

test('trouble with the disk is told in a way that does not have Dovecot log the password', async () => {
  mkdirSync(join(home, 'password'), { recursive: true });
  expect(await auth().lookup?.(`shared/passdb/password1"${ADDRESS}`, '')).toBe('-');
  expect(await auth().lookup?.(`shared/userdb/${ADDRESS}`, '')).toBe('-');
  expect(lines).toEqual(['<3>lookup: ENOTFILE\n', '<3>lookup: ENOTFILE\n']);
});

test('a FIFO or a link in the place of a password is not waited for, nor followed', async () => {
  mkdirSync(home, { recursive: true });
  execFileSync('mkfifo', [join(home, 'password')], { stdio: 'ignore' });
  expect(await auth().lookup?.(`shared/passdb/password1"${ADDRESS}`, '')).toBe('-');
  rmSync(join(home, 'password'));
  writeFileSync(join(home, '../theirs'), '{PLAIN}password1');
  symlinkSync('../theirs', join(home, 'password'));
  expect(await auth().lookup?.(`shared/passdb/password1"${ADDRESS}`, '')).toBe('-');
  expect(lines).toEqual(['<3>lookup: ENOTFILE\n', '<3>lookup: ELOOP\n']);
});

test('users are those with a password', async () => {
  await make('x');
  mkdirSync(join(mailRoot, 'chat.example', 'leftover@chat.example'));
  const list = async (path: string) => {
    const keys = [];
    for await (const [key] of auth().iterate?.(path, '') ?? []) keys.push(key);
    return keys;
  };
  expect(await list('shared/userdb/')).toEqual([`shared/userdb/${ADDRESS}`]);
  expect(await list('shared/passdb/')).toEqual([]);
});

test('a blocked address has no login and no mail, and is not made anew', async () => {
  await make('!{PLAIN}password1');
  for (const key of [`shared/passdb/password1"${ADDRESS}`, `shared/userdb/lmtp/${ADDRESS}`])
    expect(await auth().lookup?.(key, '')).toBeUndefined();
  expect(await recipientHandlers(model, find).lookup?.(`shared/recipient/${ADDRESS}`, '')).toBeUndefined();
  expect(readFileSync(join(home, 'password'), 'latin1')).toBe('!{PLAIN}password1');
  expect(lines).toEqual([]);
});

test('recipients: encrypted only, any, unknown', async () => {
  const ask = () => recipientHandlers(model, find).lookup?.('shared/recipient/AbcDefGhi@chat.example', '');
  expect(await ask()).toBeUndefined();
  await make('x');
  expect(await ask()).toBe('1');
  rmSync(join(home, 'enforceE2EEincoming'));
  expect(await ask()).toBe('0');
});

test('how many addresses there are, and why there are no new ones: the web may ask for nothing else', async () => {
  await make('x');
  const ask = (key: string, closed?: string) =>
    censusHandlers(
      async () => '3 1',
      () => closed,
    ).lookup?.(key, '');
  expect(await ask('shared/census')).toBe('3 1');
  expect(await ask('shared/closed')).toBeUndefined();
  expect(await ask('shared/closed', 'load too high')).toBe('load too high');
  expect(await ask(`shared/recipient/${ADDRESS}`)).toBeUndefined();
  for (const key of ['shared/census', 'shared/closed'])
    expect(await recipientHandlers(model, find).lookup?.(key, '')).toBeUndefined();
});

test.each([
  ['nobody', undefined, undefined],
  ['an address elsewhere', 'me@elsewhere.example', '0'],
  ['an address here', ADDRESS, '0'],
  ['an address here, in capitals', ADDRESS.toUpperCase(), '0'],
  ['an address that is not there', 'nobodyyet@chat.example', undefined],
])('mail for the operator, who is %s', async (_, postmaster, answer) => {
  await make('x');
  const settings = withDefaults(postmaster === undefined ? {} : { postmaster });
  const { lookup } = recipientHandlers(modelOf({ ...settings, mail_domain: 'chat.example' }), find);
  for (const address of ['postmaster', 'postmaster@chat.example', 'Abuse@chat.example'])
    expect(await lookup?.(`shared/recipient/${address}`, '')).toBe(answer);
  for (const address of ['abuse', 'postmaster@elsewhere.example', 'postmasters@chat.example'])
    expect(await lookup?.(`shared/recipient/${address}`, '')).toBeUndefined();
});

test.each([
  ['1700000000', 1_699_920_000_000],
  ['1699920000', 1_699_920_000_000],
  ['0', 5000],
  ['', 5000],
  ['x', 5000],
  [undefined, 5000],
])('a login at %j is kept as %d', async (time, kept) => {
  await make('x');
  utimesSync(join(home, 'password'), 5, 5);
  await lastLoginHandlers(find).commit?.(new Map([[`shared/last-login/${ADDRESS}`, time]]), '');
  expect(statSync(join(home, 'password')).mtimeMs).toBe(kept);
});

test('with a clock that is behind, a login takes nothing from the last one', async () => {
  await make('x');
  utimesSync(join(home, 'password'), 1_699_920_000, 1_699_920_000);
  await lastLoginHandlers(find).commit?.(new Map([[`shared/last-login/${ADDRESS}`, '86400']]), '');
  expect(statSync(join(home, 'password')).mtimeMs).toBe(1_699_920_000_000);
});

test('a login of an address deleted meanwhile is nothing', async () => {
  await lastLoginHandlers(find).commit?.(new Map([[`shared/last-login/${ADDRESS}`, '1700000000']]), '');
  expect(readdirSync(mailRoot)).toEqual([]);
});
