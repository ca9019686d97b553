import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { ask } from '../http-client.ts';
import { connectImap } from '../imap-client.ts';
import { tellingLines } from '../logs.ts';
import { encryptedMail, plainMail } from '../mail.ts';
import { endpoint, newLogin, type PortName, type Relay, run, shell } from '../relay.ts';
import { connectSmtp, type SmtpClient } from '../smtp-client.ts';

const PORTS: readonly PortName[] = ['smtp', 'submission', 'submissions', 'imap', 'imaps', 'http', 'https'];

/** What a client may do that speaks to a port and not its protocol; each of these ends in its own way. */
const RUDENESS: Readonly<Record<string, (socket: Socket) => unknown>> = {
  'hangs up': (socket) => socket.destroy(),
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'says no more, and listens': (socket) => socket.end(),
  'speaks no protocol at all': (socket) => socket.end('\x16\x03\x01\0\x05hello\r\nhello\r\n\0'),
  'offers TLS that is too old': (socket) =>
    socket.end(
      Buffer.from(
        '160301002d0100002903010000000000000000000000000000000000000000000000000000000000000000000002002f0100',
        'hex',
      ),
    ),
};

const rude = async (relay: Relay, port: PortName, act: (socket: Socket) => unknown): Promise<void> => {
  const { host, port: number } = endpoint(relay, port);
  const socket = connect(number, host).on('error', () => {});
  await once(socket, 'connect');
  socket.resume().setTimeout(2000, () => socket.destroy());
  const closed = once(socket, 'close');
  act(socket);
  await closed;
};

/** What comes by port 443 for another server than the web's. */
const rudeBehindTls = async (relay: Relay, protocol: string, text: string): Promise<void> => {
  const { host, port, tls } = endpoint(relay, 'https');
  const socket = connectTls({ host, port, ...tls, ALPNProtocols: [protocol], rejectUnauthorized: false });
  socket.on('error', () => {}).resume();
  await once(socket, 'secureConnect');
  const closed = once(socket, 'close');
  socket.end(text);
  await closed;
};

/** Sends lines whatever is answered. */
const insist = async (smtp: SmtpClient, lines: readonly string[]): Promise<number[]> => {
  const codes = [];
  for (const line of lines) codes.push((await smtp.command(line)).code);
  return codes;
};

/** No log of a relay knows who used it, however. */
export const privacySuite = (current: () => Relay): void => {
  test.each(Object.entries(RUDENESS))('a client %s, at every port', async (_, act) => {
    for (const port of PORTS) await rude(current(), port, act);
  });

  test.each(['imap', 'smtp', 'http/1.1'])('a client speaks nonsense to %s on port 443', async (protocol) => {
    await rudeBehindTls(current(), protocol, 'nonsense\r\nnonsense\r\n');
  });

  test('a client breaks the rules of SMTP', async () => {
    const { user, password } = newLogin(current());
    const from = 'outside@[192.0.2.7]';
    for (const port of ['smtp', 'submission'] as const) {
      const smtp = await connectSmtp(endpoint(current(), port));
      await smtp.startTls();
      const commands = [
        'NONSENSE',
        'VRFY x',
        'MAIL FROM:<>',
        'DATA',
        `RCPT TO:<${user}>`,
        'RCPT TO:<a@example.org>',
      ];
      expect(
        (await insist(smtp, [...commands, `MAIL FROM:<${from}> SIZE=999999999`])).some((code) => code >= 500),
      ).toBe(true);
      smtp.close();
    }
    const login = await connectSmtp(endpoint(current(), 'submissions'));
    expect((await login.logIn(user, password)).code).toBe(235);
    login.close();
    const wrong = await connectSmtp(endpoint(current(), 'submissions'));
    expect((await wrong.logIn(user, 'wrong-password')).code).toBe(535);
    wrong.close();
    const cut = await connectSmtp(endpoint(current(), 'submissions'));
    await cut.logIn(user, password);
    await insist(cut, [`MAIL FROM:<${user}>`, `RCPT TO:<${user}>`, 'DATA']);
    cut.close();
  });

  test('a client sends too much', async () => {
    const { user, password } = newLogin(current());
    const smtp = await connectSmtp(endpoint(current(), 'submissions'));
    await smtp.logIn(user, password);
    const codes = [];
    for (let i = 0; i < 15; i++) {
      const mail = await encryptedMail({ from: user, to: user });
      codes.push((await smtp.send({ from: user, to: [user], mail })).code);
    }
    expect(codes).toContain(450);
    expect(
      (await smtp.send({ from: user, to: [user], mail: plainMail({ from: user, to: user }) })).code,
    ).toBeGreaterThan(400);
    smtp.close();
  });

  test('a client breaks the rules of IMAP', async () => {
    const { user, password } = newLogin(current());
    const imap = await connectImap(endpoint(current(), 'imaps'));
    expect((await imap.logIn(user, password)).status).toMatch(/^OK/);
    for (const command of ['NONSENSE', 'SELECT nowhere', 'FETCH 1 (BODY[])', 'LOGIN a b'])
      expect((await imap.command(command)).status).toMatch(/^(BAD|NO)/);
    imap.close();
    const wrong = await connectImap(endpoint(current(), 'imap'));
    expect((await wrong.logIn(user, password)).status).not.toMatch(/^OK/);
    wrong.close();
    const stranger = await connectImap(endpoint(current(), 'imaps'));
    expect((await stranger.logIn(user, 'wrong-password')).status).toMatch(/^NO/);
    stranger.close();
  });

  test('a client breaks the rules of HTTP, and asks for too many addresses', async () => {
    const statuses = [];
    for (const path of ['/%00', '/../etc/passwd', `/${'x'.repeat(20_000)}`, '/mxdeliv', '/new?x=<script>'])
      statuses.push((await ask(current(), path)).status);
    expect(statuses.every((status) => status >= 300)).toBe(true);
    let last = 200;
    for (let i = 0; i < 60 && last === 200; i++)
      last = (await ask(current(), '/cgi-bin/newemail.py', { method: 'POST' })).status;
    expect(last).toBe(429);
    await ask(current(), '/mxdeliv', {
      method: 'POST',
      headers: { 'x-mail-to': newLogin(current()).user },
      body: 'x',
    });
  });

  test('and no log names a user, a password or a client, also when every server has ended', async () => {
    const relay = current();
    const { user, password } = newLogin(relay);
    const smtp = await connectSmtp(endpoint(relay, 'submissions'));
    await smtp.logIn(user, password);
    const imap = await connectImap(endpoint(relay, 'imaps'));
    await imap.logIn(user, password);
    // What a process says last may be read when it is no more, and nobody knows whose it was; some speak only then.
    const servers = 'postfix@- dovecot nginx opendkim chatmail-doveauth chatmail-filtermail chatmail-courier';
    await shell(relay, `systemctl reload postfix@- dovecot; systemctl restart ${servers}`);
    smtp.close();
    imap.close();
    await run(relay, 'journalctl', '--sync', '--namespace=*');
    expect(await tellingLines(relay)).toBe('');
  });
};
