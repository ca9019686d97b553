import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { connectImap, type ImapClient } from '../imap-client.ts';
import { encryptedMail } from '../mail.ts';
import { endpoint, newLogin, type Relay } from '../relay.ts';
import { connectSmtp, type SmtpClient } from '../smtp-client.ts';

/** Header lines that tell of the sender's device or network. */
const TELLING = [
  'Received: from [203.0.113.5] (localhost [127.0.0.1]) by app.example.org',
  'X-Originating-IP: 203.0.113.5',
  'X-Mailer: TellTale 1.0',
  'User-Agent: TellTale 1.0',
];
/** Header lines that the app needs. */
const KEPT = ['Chat-Version: 1.0', 'Autocrypt: addr=a; keydata=AAAA'];

interface Conversation {
  /** Logged in as the sender. */
  readonly smtp: SmtpClient;
  /** The recipient's INBOX, which is empty at first. */
  readonly imap: ImapClient;
  mail(headers?: readonly string[]): Promise<string>;
  /** Sends it and waits until the recipient, in IDLE, is told the number of messages. */
  deliver(mail: string): Promise<string>;
}

/** What arrives in a mailbox, and when. */
export const deliverySuite = (current: () => Relay): void => {
  const inbox = async (user: string, password: string): Promise<ImapClient> => {
    const imap = await connectImap(endpoint(current(), 'imaps'));
    expect((await imap.logIn(user, password)).status).toMatch(/^OK/);
    await imap.require('SELECT INBOX');
    return imap;
  };

  const converse = async (): Promise<Conversation> => {
    const [alice, bob] = [newLogin(current()), newLogin(current())];
    const imap = await inbox(bob.user, bob.password);
    const smtp = await connectSmtp(endpoint(current(), 'submissions'));
    await smtp.logIn(alice.user, alice.password);
    return {
      imap,
      smtp,
      mail: (headers = []) => encryptedMail({ from: alice.user, to: bob.user, subject: 'telling', headers }),
      deliver: async (mail) => {
        const idle = await imap.idle();
        expect(await smtp.send({ from: alice.user, to: [bob.user], mail })).toMatchObject({ code: 250 });
        const news = await idle.next();
        await idle.done();
        return news;
      },
    };
  };

  test('the delivered mail tells nothing of the client, the way and the subject', async () => {
    const { imap, smtp, mail, deliver } = await converse();
    const sent = await mail([...TELLING, ...KEPT]);
    await deliver(sent);
    const stored = await imap.fetch(1);
    const [header = ''] = stored.split('\r\n\r\n');
    expect(header).not.toMatch(/^(received|dkim-signature|authentication-results):/im);
    expect(stored).not.toMatch(/TellTale|203\.0\.113\.5|telling|192\.0\.2\.99/);
    expect(stored).not.toContain(smtp.localAddress);
    expect(header.match(/^Subject:.*$/gm)).toEqual(['Subject: [...]']);
    for (const line of KEPT) expect(header.split('\r\n')).toContain(line);
    expect(stored.slice(header.length).trimEnd()).toBe(sent.slice(sent.indexOf('\r\n\r\n')).trimEnd());
    imap.close();
    smtp.close();
  });

  test('a client in IDLE is told of every message', async () => {
    const { imap, smtp, mail, deliver } = await converse();
    for (const count of [1, 2, 3]) expect(await deliver(await mail())).toBe(`* ${count} EXISTS`);
    imap.close();
    smtp.close();
  });

  test('a client of port 443 in IDLE is told too', async () => {
    const { smtp, mail } = await converse();
    const { user, password } = newLogin(current());
    const imap = await connectImap(endpoint(current(), 'https', { ALPNProtocols: ['imap'] }));
    await imap.logIn(user, password);
    await imap.require('SELECT INBOX');
    const idle = await imap.idle();
    const text = await mail();
    const from = /^From: <(.*)>/m.exec(text)?.[1] ?? '';
    expect(await smtp.send({ from, to: [user], mail: text })).toMatchObject({ code: 250 });
    expect(await idle.next()).toBe('* 1 EXISTS');
    imap.close();
    smtp.close();
  });

  test('somebody who is gone keeps nobody else from a message, and the sender gets a bounce', async () => {
    const [alice, bob] = [newLogin(current()), newLogin(current())];
    const [hers, his] = [await inbox(alice.user, alice.password), await inbox(bob.user, bob.password)];
    const idles = [await hers.idle(), await his.idle()];
    const smtp = await connectSmtp(endpoint(current(), 'submissions'));
    await smtp.logIn(alice.user, alice.password);
    const gone = newLogin(current()).user;
    const mail = await encryptedMail({ from: alice.user, to: gone });
    // A refusal of one recipient makes the app give up on all of a group.
    expect(await smtp.send({ from: alice.user, to: [gone, bob.user], mail })).toMatchObject({ code: 250 });
    expect(await Promise.all(idles.map((idle) => idle.next()))).toEqual(['* 1 EXISTS', '* 1 EXISTS']);
    for (const idle of idles) await idle.done();
    const bounce = await hers.fetch(1);
    expect(bounce).toMatch(/^From: .*MAILER-DAEMON/im);
    expect(bounce).toMatch(/^Content-Type: multipart\/report/im);
    expect(bounce).toContain(gone);
    for (const connection of [hers, his, smtp]) connection.close();
  });

  // Dovecot 2.3 forgets what happens between half a second and a second after the start of IDLE, when its
  // hibernation takes over; real apps write at such moments (securejoin).
  test.each([500, 600, 700, 800, 900, 950])('a message %i ms after the start of IDLE is told', async (ms) => {
    const { imap, smtp, mail } = await converse();
    const idle = await imap.idle();
    const text = await mail();
    await setTimeout(ms);
    const from = /^From: <(.*)>/m.exec(text)?.[1] ?? '';
    const to = /^To: <(.*)>/m.exec(text)?.[1] ?? '';
    expect(await smtp.send({ from, to: [to], mail: text })).toMatchObject({ code: 250 });
    expect(await idle.next()).toBe('* 1 EXISTS');
    imap.close();
    smtp.close();
  });

  test('IMAP offers what the app asks for', async () => {
    const { user, password } = newLogin(current());
    const imap = await inbox(user, password);
    expect(await imap.capabilities()).toEqual(
      expect.arrayContaining(['IDLE', 'QUOTA', 'CONDSTORE', 'XCHATMAIL', 'XDELTAPUSH']),
    );
    const { lines } = await imap.require('GETQUOTAROOT INBOX');
    // RFC 9208: in units of 1024 octets; the default is 500M.
    expect(lines.join('\n')).toMatch(/^\* QUOTA .*\(STORAGE \d+ 512000\b/m);
    imap.close();
  });
};
