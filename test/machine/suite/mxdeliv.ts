import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { ask } from '../http-client.ts';
import { connectImap, type ImapClient } from '../imap-client.ts';
import { encryptedMail, plainMail } from '../mail.ts';
import { addressDomain, endpoint, newLogin, type Relay, shell } from '../relay.ts';

/** Has no DNS and therefore needs no DKIM signature. */
const LITERAL = 'outside@[192.0.2.7]';

interface Delivery {
  readonly from?: string;
  readonly to: readonly string[];
  readonly mail: string;
}

const deliver = async (relay: Relay, { from, to, mail }: Delivery) => {
  const headers = { ...(from !== undefined && { 'x-mail-from': from }), 'x-mail-to': to };
  const { status, body } = await ask(relay, '/mxdeliv', {
    method: 'POST',
    headers,
    body: Buffer.from(mail, 'latin1'),
  });
  return [status, body] as const;
};

/** What comes in from other relays by HTTP: the same as on port 25. */
export const mxdelivSuite = (current: () => Relay): void => {
  const newUser = async (): Promise<{ user: string; imap: ImapClient }> => {
    const { user, password } = newLogin(current());
    const imap = await connectImap(endpoint(current(), 'imaps'));
    await imap.logIn(user, password);
    await imap.require('SELECT INBOX');
    return { user, imap };
  };

  test.each([
    ['encrypted, from an address literal', encryptedMail, LITERAL, 200, /^250 2\.0\.0 Ok/],
    ['unencrypted', plainMail, LITERAL, 400, /^523 Encryption Needed: Invalid Unencrypted Mail$/],
    [
      'encrypted, unsigned',
      encryptedMail,
      'outside@example.org',
      400,
      /^554 5\.7\.1 No DKIM signature found$/,
    ],
  ] as const)('%s: %d', async (_, mailOf, from, status, reply) => {
    const { user: to, imap } = await newUser();
    expect(await deliver(current(), { from, to: [to], mail: await mailOf({ from, to }) })).toEqual([
      status,
      expect.stringMatching(reply),
    ]);
    imap.close();
  });

  test('it is delivered as it was sent, without a trace of its way', async () => {
    const { user: to, imap } = await newUser();
    // Lines that SMTP must mark are nowhere in what is encrypted.
    await shell(current(), `rm /home/vmail/mail/*/'${to}'/enforceE2EEincoming`);
    const mail = plainMail({ from: LITERAL, to }).replaceAll('\r\n', '\n').replace('\n\n', '\n\n.\n..x\n');
    const idle = await imap.idle();
    const [status] = await deliver(current(), { to: [to], mail });
    expect(status).toBe(200);
    await idle.next();
    await idle.done();
    const stored = await imap.fetch(1);
    expect(stored).not.toMatch(/^Received|127\.0\.0\.1|localhost \(/m);
    expect(stored.slice(stored.indexOf('\r\n\r\n')).trimEnd()).toBe(
      mail.slice(mail.indexOf('\n\n')).replaceAll('\n', '\r\n').trimEnd(),
    );
    imap.close();
  });

  test('a user of the relay cannot be claimed from outside, whatever is sent along', async () => {
    const { user: to, imap } = await newUser();
    const [from] = [to];
    const { domain } = current();
    const headers = [
      `Authentication-Results: ${domain}; dkim=pass (2048-bit key) header.d=${domain} header.i=@${domain} header.b="x"`,
    ];
    const [status, reply] = await deliver(current(), {
      from,
      to: [to],
      mail: await encryptedMail({ from, to, headers }),
    });
    // An address literal has no DKIM, but its users log in.
    const isIpOnly = /^[\d.]+$/.test(domain);
    const words = isIpOnly ? 'Log in to send from this address' : 'No DKIM signature found';
    expect([status, reply]).toEqual([400, `554 5.7.1 ${words}`]);
    imap.close();
  });

  test('an address that nobody has: refused, but not to the harm of others', async () => {
    const { user, imap } = await newUser();
    const nobody = newLogin(current()).user;
    const mail = await encryptedMail({ from: LITERAL, to: user });
    expect(await deliver(current(), { to: [nobody], mail })).toEqual([
      400,
      `550 5.1.1 <${nobody}>: no such user`,
    ]);
    const idle = await imap.idle();
    expect((await deliver(current(), { to: [nobody, user], mail }))[0]).toBe(200);
    expect(await idle.next()).toBe('* 1 EXISTS');
    await idle.done();
    imap.close();
  });

  test.each([
    ['ordinary', 0],
    // RFC 5321 §4.5.3.1.3
    ['the longest', 254],
  ])('a thousand recipients with %s addresses are taken, and not one more', async (_, length) => {
    const domain = addressDomain(current());
    const fill = 'x'.repeat(Math.max(0, length - domain.length - 6));
    const to = Array.from({ length: 1001 }, (_, i) => `${fill}${String(i).padStart(5, '0')}@${domain}`);
    const mail = await encryptedMail({ from: LITERAL, to: 'nobody' });
    const [status, reply] = await deliver(current(), { to: to.slice(1), mail });
    // So Postfix and the filter had all of them: nobody has these addresses.
    expect([status, reply]).toEqual([400, expect.stringMatching(/^550 5\.1\.1 .*: no such user$/)]);
    expect(await deliver(current(), { to, mail })).toEqual([413, '452 4.5.3 Too many recipients']);
  });

  test('more than a head can have is told in a way that a sender understands', async () => {
    const to = Array.from({ length: 2000 }, () => `${'x'.repeat(230)}@${addressDomain(current())}`);
    expect((await deliver(current(), { to, mail: '' }))[0]).toBe(431);
  });

  test('the relay is not an open one', async () => {
    const mail = await encryptedMail({ from: LITERAL, to: 'somebody@example.org' });
    const [status, reply] = await deliver(current(), { to: ['somebody@example.org'], mail });
    expect([status, reply]).toEqual([400, expect.stringContaining('Relay access denied')]);
  });

  test.each([
    ['no recipient', { to: [] }, 400],
    ['an address with a blank', { to: ['a@b> SIZE=1'] }, 400],
    ['a NUL', { mail: 'From: a@[192.0.2.7]\r\nX: \0\r\n\r\n' }, 400],
  ] as const)('%s is refused', async (_, part, status) => {
    const { user, imap } = await newUser();
    const mail = await encryptedMail({ from: LITERAL, to: user });
    expect((await deliver(current(), { to: [user], mail, ...part }))[0]).toBe(status);
    imap.close();
  });

  test('what is too large is 413, and not delivered where its length is not told', async () => {
    const { user: to, imap } = await newUser();
    const mail = await encryptedMail({ from: LITERAL, to });
    const body = Buffer.from(mail + 'x\r\n'.repeat(11_000_000));
    const send = (headers: Readonly<Record<string, string>>) =>
      ask(current(), '/mxdeliv', { method: 'POST', headers: { 'x-mail-to': to, ...headers }, body });
    expect((await send({})).status).toBe(413);
    // nginx may hang up before it has been heard.
    expect(
      await send({ 'transfer-encoding': 'chunked' }).then(
        ({ status }) => status,
        () => 413,
      ),
    ).toBe(413);
    const idle = await imap.idle();
    expect((await deliver(current(), { to: [to], mail }))[0]).toBe(200);
    expect(await idle.next()).toBe('* 1 EXISTS');
    await idle.done();
    imap.close();
  });

  test.each(['GET', 'HEAD'] as const)('%s is 405', async (method) => {
    expect((await ask(current(), '/mxdeliv', { method })).status).toBe(405);
  });

  test.each([
    ['of the length that was told', (length: number) => `Content-Length: ${length + 100}\r\n\r\n`, ''],
    ['in chunks', (length: number) => `Transfer-Encoding: chunked\r\n\r\n${length.toString(16)}\r\n`, '\r\n'],
  ])('a message %s that is cut off is never delivered', async (_, head, after) => {
    const relay = current();
    const { user: to, imap } = await newUser();
    const mail = await encryptedMail({ from: LITERAL, to });
    const { host, port, tls } = endpoint(relay, 'https');
    const socket = connectTls({ host, port, ...tls, rejectUnauthorized: false }).on('error', () => {});
    socket.write(
      `POST /mxdeliv HTTP/1.1\r\nHost: x\r\nX-Mail-To: ${to}\r\n${head(mail.length)}${mail}${after}`,
    );
    // Until Postfix has begun to take it.
    const begun = `ss -Htn state established '( dport = 10025 )' | grep -q .`;
    await shell(relay, `for i in $(seq 100); do ${begun} && exit; sleep .05; done; exit 1`);
    socket.destroy();
    await shell(relay, `for i in $(seq 100); do ${begun} || exit 0; sleep .05; done; exit 1`);
    const idle = await imap.idle();
    // The next one is the first.
    expect((await deliver(relay, { to: [to], mail }))[0]).toBe(200);
    expect(await idle.next()).toBe('* 1 EXISTS');
    await idle.done();
    imap.close();
  });

  test('without Postfix the sender tries again', async () => {
    const { user: to, imap } = await newUser();
    const mail = await encryptedMail({ from: LITERAL, to });
    await shell(current(), 'systemctl stop postfix@-');
    const [status] = await deliver(current(), { to: [to], mail });
    await shell(current(), 'systemctl start postfix@-');
    expect(status).toBe(503);
    imap.close();
  });
};
