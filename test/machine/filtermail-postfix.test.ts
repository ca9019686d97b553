import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { withDefaults } from '../../src/config/schema.ts';
import { modelOf } from '../../src/model/model.ts';
import type { Keys } from '../../src/relay/filtermail/dkim/verification.ts';
import { start } from '../../src/relay/filtermail/main.ts';
import { serveDict } from '../../src/relay/lib/dict-server.ts';
import { encrypted, mail } from '../relay/filtermail/mail.ts';
import { makeDkimSigner, type Signing } from './dkim-signer.ts';

/** The filter behind the real Postfix. A sink stands for Dovecot and for other servers. */
const USERS: Readonly<Record<string, string>> = { 'bob@relay.test': '1', 'carol@relay.test': '0' };
const signer = makeDkimSigner();
const keys: Keys = { ask: async () => [signer.record], askAnew: async () => [signer.record] };

let folder: string;
let sink: Server;
let smtp: number;
let submission: number;
const stops: (() => Promise<unknown> | unknown)[] = [];
const delivered: { readonly sender: string; readonly message: string }[] = [];

/** An SMTP and LMTP server that takes everything. */
const takeMail = (socket: Socket): void => {
  let sender = '';
  let lines: string[] | undefined;
  const say = (...replies: readonly string[]) =>
    socket.write(replies.map((reply) => `${reply}\r\n`).join(''));
  say('220 sink');
  const lineReader = createInterface(socket.setEncoding('latin1'));
  // Postfix hangs up without reading the reply to QUIT (smtp_skip_quit_response).
  lineReader.on('error', () => {});
  lineReader.on('line', (line) => {
    if (lines && line === '.') {
      delivered.push({ sender, message: lines.map((l) => l.replace(/^\./, '')).join('\r\n') });
      lines = undefined;
      say('250 taken');
    } else if (lines) lines.push(line);
    else if (line === 'DATA') {
      lines = [];
      say('354 go on');
    } else {
      if (line.startsWith('MAIL')) sender = /<(.*?)>/.exec(line)?.[1] ?? '?';
      say('250 ok');
    }
  });
};

const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
};

const master = () => `
127.0.0.1:${smtp} inet n - n - - smtpd
  -o smtpd_milters=unix:${folder}/incoming
127.0.0.1:${submission} inet n - n - - smtpd
  -o cleanup_service_name=cleanup-submission
  -o { smtpd_milters = unix:${folder}/outgoing }
cleanup unix n - n - 0 cleanup
cleanup-submission unix n - n - 0 cleanup
  -o header_checks=regexp:${folder}/submission_headers
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

const main = (sinkPort: number) => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
inet_protocols = ipv4
myhostname = relay.test
mydestination =
local_recipient_maps =
virtual_mailbox_domains = relay.test
virtual_transport = lmtp:inet:127.0.0.1:${sinkPort}
relayhost = [127.0.0.1]:${sinkPort}
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtp_host_lookup = native
lmtp_header_checks = regexp:${folder}/delivery_headers
milter_default_action = tempfail
# A milter is told of a field up to its first NUL only.
message_reject_characters = \\0
`;

const startPostfix = async (): Promise<void> => {
  for (const name of ['queue', 'data', 'conf']) mkdirSync(join(folder, name));
  execFileSync('chown', ['postfix', join(folder, 'data')]);
  writeFileSync(join(folder, 'submission_headers'), '/^Received:/ IGNORE\n');
  copyFileSync('templates/etc/postfix/delivery_headers', join(folder, 'delivery_headers'));
  writeFileSync(join(folder, 'conf/main.cf'), main((sink.address() as AddressInfo).port));
  writeFileSync(join(folder, 'conf/master.cf'), master());
  const postfix = (command: string) =>
    execFileSync('postfix', ['-c', join(folder, 'conf'), command], { stdio: 'ignore' });
  postfix('start');
  stops.push(() => postfix('stop'));
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'filtermail-'));
  chmodSync(folder, 0o755);
  sink = createServer(takeMail).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  [smtp = 0, submission = 0] = await freePorts(2);
  const model = modelOf({ ...withDefaults({ max_user_send_burst_size: 30 }), mail_domain: 'relay.test' });
  const recipients = join(folder, 'recipients');
  // Those of the other domain submit.
  const lookup = (key: string) =>
    key.endsWith('@example.org') ? '1' : USERS[key.replace('shared/recipient/', '')];
  const dict = serveDict({ lookup }, [{ path: recipients }]);
  const sockets = new Map(['outgoing', 'incoming'].map((name) => [name, [join(folder, name)]]));
  const filter = start(model, sockets, { recipients, keys });
  stops.push(
    () => filter.close(),
    () => dict.close(),
    () => sink.close(),
  );
  await vi.waitFor(
    () =>
      execFileSync('chmod', ['666', ...['outgoing', 'incoming'].map((n) => join(folder, n))], {
        stdio: 'ignore',
      }),
    20_000,
  );
  await startPostfix();
  await vi.waitFor(() => dialogue(smtp, []), 20_000);
});

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Says `lines` one by one, and returns the replies after the greeting. */
const dialogue = async (port: number, lines: readonly string[]): Promise<string[]> => {
  const socket = createConnection(port, '127.0.0.1').setEncoding('latin1').setDefaultEncoding('latin1');
  const lineReader = createInterface(socket);
  lineReader.on('error', () => {}); // too few replies say so
  const replies: string[] = [];
  for await (const reply of lineReader) {
    if (/^\d{3}-/.test(reply)) continue;
    replies.push(reply);
    if (replies.length > lines.length) socket.end('QUIT\r\n');
    else socket.write(`${lines[replies.length - 1]}\r\n`);
    if (replies.length > lines.length) break;
  }
  return replies.slice(1);
};

interface Envelope {
  readonly sender?: string;
  readonly to?: readonly string[];
}

/** Sends a message; the reply to its end, or the first that is no success. */
const send = async (
  port: number,
  message: string,
  { sender = 'alice@example.org', to = ['bob@relay.test'] }: Envelope = {},
) => {
  const commands = [
    'EHLO client.test',
    `MAIL FROM:<${sender}>`,
    ...to.map((address) => `RCPT TO:<${address}>`),
  ];
  const replies = await dialogue(port, [...commands, 'DATA', `${message.replace(/^\./gm, '..')}\r\n.`]);
  return replies.find((reply) => !/^[23]/.test(reply)) ?? replies.at(-1) ?? '';
};

/** The next message that arrives at the sink. */
const arrival = async (): Promise<(typeof delivered)[number]> => {
  await vi.waitFor(() => expect(delivered).toHaveLength(1), 20_000);
  return delivered.splice(0)[0] ?? { sender: '', message: '' };
};

const dkim = (message: string, tags = '', signing: Signing = {}): string =>
  signer.sign(message, 'example.org', { signed: ['from'], tags, ...signing });

const OK = expect.stringMatching(/^250 2\.0\.0 Ok: queued/);
const CLEARTEXT = '523 Encryption Needed: Invalid Unencrypted Mail';
const headOf = (message: string) => message.slice(0, message.indexOf('\r\n\r\n') + 2);

describe('submission', () => {
  test('an encrypted message is cleaned', async () => {
    const message = encrypted(
      {},
      ['Received', 'from laptop ([192.0.2.7])'],
      ['Subject', 'Lunch at\n noon'],
      ['User-Agent', 'Mail'],
      ['Chat-Version', '1.0'],
      ['X-Originating-IP', '192.0.2.7'],
      ['Received', 'from phone'],
      ['X-Mailer', 'Mail'],
      ['X-Mailer ', 'Mail with a space'],
      ['x-mailer', 'mail'],
    );
    expect(await send(submission, message)).toEqual(OK);
    const { sender, message: got } = await arrival();
    expect(sender).toBe('alice@example.org');
    expect(headOf(got).replace(/^(Message-Id|Date): .*\r\n/gm, '')).toBe(
      'From: alice@example.org\r\nTo: bob@relay.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b0"\r\nSubject: [...]\r\nChat-Version: 1.0\r\n',
    );
    expect(got).not.toMatch(/192\.0\.2\.7|127\.0\.0\.1|client\.test/);
    expect(got.slice(headOf(got).length).trimEnd()).toBe(message.slice(headOf(message).length).trimEnd());
  });

  test('to elsewhere, nothing tells about the client', async () => {
    expect(await send(submission, encrypted(), { to: ['x@example.net'] })).toEqual(OK);
    expect((await arrival()).message).not.toMatch(/^Received|127\.0\.0\.1|client\.test/m);
  });

  // biome-ignore format: one line per case
  const REFUSED: readonly (readonly [string, string, Envelope, string])[] = [
    ['cleartext', mail('Hi\r\n'), {}, CLEARTEXT],
    ['a forged From', encrypted({}, ['From', 'Mallory <mallory@100%.example>']), {}, '500 Invalid FROM <mallory@100%.example> for <alice@example.org>'],
    ['two From fields', encrypted({}, ['From', 'alice@example.org'], ['From', 'mallory@example.org']), {}, '500 Invalid FROM <> for <alice@example.org>'],
    ['two From fields, one with a space', encrypted({}, ['From', 'alice@example.org'], ['From ', 'mallory@example.org']), {}, '500 Invalid FROM <> for <alice@example.org>'],
    ['a From with a NUL', encrypted({}, ['From', 'alice@example.org\0, mallory@example.org']), {}, '550 5.7.1 disallowed character'],
    ['a 20 MB attachment', mail('Hi\r\n'.repeat(2_000_000)), {}, CLEARTEXT],
  ];
  test.each(REFUSED)('%s is refused', async (_, message, envelope, reply) => {
    expect(await send(submission, message, envelope)).toBe(reply);
  });

  test('a refused message does not affect the next of the session', async () => {
    const one = ['MAIL FROM:<alice@example.org>', 'RCPT TO:<bob@relay.test>', 'DATA'];
    const commands = [
      'EHLO x',
      ...one,
      `${mail('Hi')}\r\n.`,
      ...one.slice(0, 2),
      'RSET',
      ...one,
      `${encrypted()}\r\n.`,
    ];
    const replies = await dialogue(submission, commands);
    expect([replies[4], replies.at(-1)]).toEqual([CLEARTEXT, OK]);
    await arrival();
  });

  test('too much mail', async () => {
    const commands = Array.from({ length: 31 }, () => ['MAIL FROM:<fast@example.org>', 'RSET']).flat();
    const replies = await dialogue(submission, ['EHLO x', ...commands]);
    expect(replies.filter((reply) => reply.startsWith('4'))).toEqual([
      '450 4.7.1: Too much mail from fast@example.org',
    ]);
  });
});

describe('port 25', () => {
  test('a signed and encrypted message arrives without traces of its way', async () => {
    expect(await send(smtp, dkim(encrypted()))).toEqual(OK);
    const { sender, message } = await arrival();
    expect(sender).toBe('alice@example.org');
    expect(headOf(message)).not.toMatch(/^(Received|DKIM-Signature|Authentication-Results)/m);
    expect(headOf(message)).toMatch(/^From: alice@example\.org\r\nTo: bob/m);
  });

  test('nothing but the traces of its way is removed', async () => {
    const kept: readonly (readonly [string, string])[] = [
      ['Subject', 'Hello'],
      ['Chat-Version', '1.0'],
      ['Autocrypt', 'addr=alice@example.org; keydata=AAAA'],
      ['Secure-Join', 'vc-auth-required'],
      ['X-Mailer', 'Mail'],
      ['User-Agent', 'Mail'],
      ['X-Originating-IP', '192.0.2.7'],
      ['X-Received', 'yesterday'],
      ['ARC-Authentication-Results', 'i=1; example.org'],
      ['List-Id', '<list.example.org>'],
    ];
    const traces = [
      ['Received', 'from a by b'],
      ['received', 'from b by c'],
      ['AUTHENTICATION-RESULTS', 'example.net; dkim=pass'],
      ['Dkim-Signature', 'v=1; a=rsa-sha256; d=example.net; s=s; h=From; bh=eHg=; b=eHg='],
    ] as const;
    expect(await send(smtp, dkim(encrypted({}, ...traces, ...kept)))).toEqual(OK);
    const lines = headOf((await arrival()).message).replace(/^(Message-Id|Date): .*\r\n/gm, '');
    const expected = headOf(encrypted({}, ...kept));
    expect(lines).toBe(expected);
  });

  test('a reverse-path that is not the From is replaced by the null sender', async () => {
    expect(await send(smtp, dkim(encrypted()), { sender: 'list@example.net' })).toEqual(OK);
    expect((await arrival()).sender).toBe('');
  });

  test('cleartext where it is welcome', async () => {
    expect(await send(smtp, dkim(mail('Hi\r\n')), { to: ['carol@relay.test'] })).toEqual(OK);
    expect((await arrival()).message).toMatch(/\r\nHi/);
  });

  const forged =
    'Authentication-Results: relay.test; dkim=pass (2048-bit key) header.d=example.org header.i=@example.org\r\n';
  const net = (text: string) => text.replaceAll('alice@example.org', 'alice@example.net');
  const injected = ' i==3B=20dkim=3Dpass=20header.d=3Dexample.net=20header.i=3Dx@example.org;';
  const NONE = '554 5.7.1 No DKIM signature found';
  const INVALID = '554 5.7.1 No valid DKIM signature found';

  // biome-ignore format: one line per case
  const REFUSED: readonly (readonly [string, string, Envelope, string])[] = [
    ['cleartext', dkim(mail('Hi\r\n')), {}, CLEARTEXT],
    ['cleartext to one who does not welcome it', dkim(mail('Hi\r\n')), { to: ['carol@relay.test', 'bob@relay.test'] }, CLEARTEXT],
    ['an unknown recipient', encrypted(), { to: ['eve@relay.test'] }, '550 5.1.1 <eve@relay.test>: no such user'],
    ['no signature', encrypted(), {}, NONE],
    ['a forged result', forged + encrypted(), {}, NONE],
    ['several forged results', forged.repeat(3) + encrypted(), {}, NONE],
    ['a signature of something else', dkim(encrypted()).replace('bh=', 'bh=x'), {}, INVALID],
    ['a forged result beside a signature of another domain', net(forged.replace('.org', '.net')) + dkim(net(encrypted())), {}, INVALID],
    ['a result written by the identity of a signature', dkim(net(encrypted()), injected), {}, INVALID],
    ['a signature of nothing of the body', dkim(encrypted(), ' l=0;'), {}, INVALID],
    ['a signature of the beginning of the body', dkim(encrypted(), ' l=9;'), {}, INVALID],
    ['a recipient without a domain', encrypted(), { to: ['postmaster'] }, '550 5.1.1 <postmaster>: no such user'],
    ['a recipient at an address', encrypted(), { to: ['bob@[127.0.0.1]'] }, '550 5.1.1 <bob@[127.0.0.1]>: no such user'],
  ];
  test.each(REFUSED)('%s is refused', async (_, message, envelope, reply) => {
    expect(await send(smtp, message, envelope)).toBe(reply);
  });

  test.each([
    ['an address with a name', 'Alice <alice@example.org>'],
    ['a quoted parenthesis', '"a(b" <alice@example.org>'],
    ['a quoted quotation mark', '"\\"" <alice@example.org>'],
    ['nested comments', '(c (d)) alice@example.org'],
    ['an encoded word', '=?utf-8?q?=3Cx=40y=3E?= <alice@example.org>'],
    ['8-bit characters', 'Al\xc3\xafce <alice@example.org>'],
    ['a folded line', 'Alice\r\n <alice@example.org>'],
    ['a quoted local part', '"alice"@example.org'],
    ['a name of 5 kB', `${'a'.repeat(5000)} <alice@example.org>`],
    ['odd characters', "!#$%&'*+/=?^_{|}~@example.org"],
  ])('a forged result with a From of %s is refused', async (_, from) => {
    expect(await send(smtp, forged + encrypted({}, ['From', from]))).toBe(NONE);
  });

  const names = ['from', 'to', 'subject', 'x-a', 'x-a', 'x-a'];
  const field = (...lines: readonly string[]) => encrypted().replace('Subject: [...]', lines.join('\r\n'));
  const body = (added: string) => mail(added, ['X-A', 'b']);

  // What Postfix hands on is what was signed, to the byte.
  describe.each(['simple', 'relaxed'] as const)('%s', (way) => {
    // biome-ignore format: one line per case
    test.each([
      ['an ordinary message', encrypted()],
      ['no space after the colon', field('Subject:x')],
      ['several spaces after the colon', field('Subject: \t  x')],
      ['spaces at the end', field('Subject: x \t ')],
      ['an empty field', field('Subject:', 'X-A: ')],
      ['a folded field', field('Subject: a', '\tb', '  c')],
      ['a field that begins on its second line', field('Subject:', ' a')],
      ['a line of white space in a field', field('Subject: a', ' \t', ' b')],
      ['names in odd case', field('sUBJECT: x', 'X-a: 1', 'x-A: 2')],
      ['a field of 998 bytes on a line', field(`Subject: ${'x'.repeat(989)}`)],
      ['a field of 2,047 bytes on a line', field(`Subject: ${'x'.repeat(2038)}`)],
      ['a field of 2,048 bytes on a line', field(`Subject: ${'x'.repeat(2039)}`)],
      ['a field of 5,000 bytes on a line', field(`Subject: ${'x '.repeat(2500)}`)],
      ['a field of 59 kB', field(`Subject: ${Array.from({ length: 59 }, () => 'x'.repeat(990)).join('\r\n ')}`)],
      ['fields of 80 kB', field('Subject: x', ...Array.from({ length: 80 }, (_, i) => `X-${i}: ${'x'.repeat(990)}`))],
      ['8-bit fields', field('Subject: H\xc3\xa4\xff\xa0 ')],
      ['a body of nothing', body('')],
      ['a body of empty lines', body('\r\n\r\n\r\n')],
      ['white space at the ends of lines', body(' a  b \t\r\n \r\n\t\r\n')],
      ['empty lines at the end', body('a\r\n\r\n\r\n')],
      ['8-bit lines', body('H\xc3\xa4\xff\xa0\r\n')],
      ['lines of dots', body('.\r\n..\r\n.a\r\n')],
      ['a line of 998 bytes', body(`${'x'.repeat(998)}\r\n`)],
      ['lines of 2,047 to 2,049 bytes', body(`${'x'.repeat(2047)}\r\n${'x'.repeat(2048)}\r\n${'x'.repeat(2049)}\r\n`)],
      ['a line of 100 kB', body(`${'x '.repeat(50_000)}\r\n`)],
      ['a body of 200 kB', body('a b c \r\n\r\n'.repeat(20_000))],
      ['a line that looks like that of a mailbox', body('From alice\r\n>From bob\r\n')],
    ])('the signature is valid of %s', async (_, message) => {
      const sent = dkim(message, '', { signed: names, header: way, body: way });
      expect(await send(smtp, sent, { to: ['carol@relay.test'] })).toEqual(OK);
      await arrival();
    });
  });

  // biome-ignore format: one line per case
  test.each([
    ['a lone CR in a field, which becomes a space', field('Subject: a\rb')],
    ['a lone CR, which becomes a space', body('a\rb\r\n')],
    ['a field of more than 60 kB, which is cut off', field(`Subject: ${Array.from({ length: 80 }, () => 'x'.repeat(990)).join('\r\n ')}`)],
  ])('what Postfix changes is refused: %s', async (_, message) => {
    const sent = dkim(message, '', { signed: names });
    expect(await send(smtp, sent, { to: ['carol@relay.test'] })).toBe(INVALID);
  });

  test('behind five signatures of others', async () => {
    const other = 'DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=s; h=From; bh=eHg=; b=eHg=\r\n';
    expect(await send(smtp, other.repeat(5) + dkim(encrypted()))).toEqual(OK);
    await arrival();
    expect(await send(smtp, other.repeat(6) + encrypted())).toBe(INVALID);
  });

  test('a header of more than 256 kB is refused', async () => {
    const fields = Array.from({ length: 300 }, (_, i) => [`X-${i}`, 'y'.repeat(900)] as const);
    expect(await send(smtp, dkim(encrypted({}, ...fields)))).toBe('552 5.3.4 Message header is too large');
  });

  test('a NUL is refused', async () => {
    expect(await send(smtp, dkim(mail('a\0b\r\n')))).toBe('550 5.7.1 disallowed character');
  });

  test.each([
    'Authentication-Results: relay.test; dkim=pass a:b',
    'authentication-RESULTS:relay.test;;',
    'Authentication-Results : relay.test; dkim=pass',
    'Authentication-Results\t:\r\n\trelay.test;\r\n dkim=pass',
    'Authentication-Results:\r\n relay.test',
  ])('of %j nothing arrives', async (results) => {
    const sent = `${results}\r\n${dkim(encrypted({}, ['X-A', 'kept']))}`.replace('X-A', `${results}\r\nX-A`);
    expect(await send(smtp, sent)).toEqual(OK);
    const { message } = await arrival();
    expect(message).not.toMatch(/authentication-results|relay\.test;/i);
    expect(message).toContain('X-A: kept');
  });
});

test('nothing in the log speaks of trouble', () => {
  expect(readFileSync(join(folder, 'log'), 'latin1')).not.toMatch(/warning: milter|panic|fatal|malformed/);
});
