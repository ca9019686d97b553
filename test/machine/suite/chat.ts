import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, incoming, outgoing, pass, signed } from '../../relay/filtermail/mail.ts';
import { type Account, type DeltaChat, startDeltaChat } from '../delta-chat.ts';
import { ask } from '../http-client.ts';
import { connectImap } from '../imap-client.ts';
import { endpoint, newLogin, type Relay } from '../relay.ts';

// How to log in where nobody vouches for the certificate and ports may be mapped.
export const byHand = ({ address, domain, ports }: Relay, isOver443: boolean) => ({
  imapServer: /^[\d.]+$/.test(domain) ? address : domain,
  imapPort: isOver443 ? ports.https : ports.imaps,
  imapSecurity: 'ssl' as const,
  smtpServer: /^[\d.]+$/.test(domain) ? address : domain,
  smtpPort: isOver443 ? ports.https : ports.submissions,
  smtpSecurity: 'ssl' as const,
  certificateChecks: 'acceptInvalidCertificates' as const,
});

/** Sets up contact and writes to one another; every message must arrive encrypted. */
const converse = async (alice: Account, bob: Account): Promise<void> => {
  const toAlice = await bob.join(await alice.invite(), alice);
  await bob.send(toAlice, 'Hello Alice');
  const first = await alice.receive();
  expect(first).toMatchObject({ text: 'Hello Alice', showPadlock: true });
  const answer = await alice.send(first.chatId, 'Hello Bob');
  const second = await bob.receive();
  expect(second).toMatchObject({ text: 'Hello Bob', showPadlock: true, chatId: toAlice });
  await bob.read(second);
  await alice.event('MsgRead', ({ msgId }) => msgId === answer);
};

/** What could be made of a message of the core, to pass with text that anybody can read. */
const TRICKS: readonly (readonly [string, (mail: string) => string])[] = [
  ['text behind it', (mail) => `${mail}Hello\r\n`],
  ['text before the parts', (mail) => mail.replace('\r\n\r\n', '\r\n\r\nHello\r\n')],
  ['another type', (mail) => mail.replace('multipart/encrypted', 'multipart/mixed')],
  ['another type above', (mail) => `Content-Type: text/plain\r\n${mail}`],
  ['another type of the part', (mail) => mail.replace('application/octet-stream', 'text/html')],
  ['text before the armour', (mail) => mail.replace('-----BEGIN PGP', 'Hello\r\n-----BEGIN PGP')],
  ['text within the armour', (mail) => mail.replace('-----END PGP', 'Hello Bob!\r\n-----END PGP')],
  ['an armour comment', (mail) => mail.replace('PGP MESSAGE-----\r\n', '$&Comment: Hello\r\n')],
  ['its end cut off', (mail) => mail.replace(/.*\r\n(=.*\r\n)?-----END/, '-----END')],
];

/** The real Delta Chat core as the client. `hasDomain`: the relay has a name that the core resolves. */
export const chatSuite = (current: () => Relay, hasDomain: boolean): void => {
  let core: DeltaChat;
  beforeAll(async () => {
    const { address, domain } = current();
    core = await startDeltaChat(hasDomain ? { [domain]: address } : {});
  });
  afterAll(() => core?.stop());

  const logIn = async (isOver443: boolean, { user, password } = newLogin(current())): Promise<Account> => {
    const account = await core.addAccount();
    const parameters = byHand(current(), isOver443);
    expect(await account.logIn({ addr: user, password, ...parameters })).toBe(user);
    return account;
  };
  const fromWeb = async (): Promise<Account> => {
    const account = await core.addAccount();
    const { body } = await ask(current(), '/new', { method: 'POST' });
    const { email, dclogin_url: code } = JSON.parse(body) as { email: string; dclogin_url: string };
    expect(await account.scan(code)).toBe(email);
    return account;
  };

  test('two accounts, one by first login and one by the web page, chat over 993 and 465', async () => {
    await converse(await logIn(false), await fromWeb());
  });

  test('two accounts chat over 443', async () => {
    await converse(await logIn(true), await logIn(true));
  });

  if (hasDomain)
    test('DCACCOUNT:<domain> makes an account, which finds the servers by itself', async () => {
      const account = await core.addAccount();
      const { domain } = current();
      expect(await account.scan(`DCACCOUNT:${domain}`)).toMatch(/^\w{9}@/);
    });

  test('what the core sends passes as it is, and nothing that was made of it', async () => {
    const login = newLogin(current());
    const sender = newLogin(current());
    const [alice, bob] = [await logIn(false, login), await logIn(false, sender)];
    const toAlice = await bob.join(await alice.invite(), alice);
    await alice.leave();
    for (const text of ['Hello', 'Hello\n'.repeat(20_000)]) await bob.send(toAlice, text);
    const imap = await connectImap(endpoint(current(), 'imaps'));
    await imap.logIn(login.user, login.password);
    const { lines } = await imap.require('SELECT INBOX');
    const countIn = (text: string): number => Number(/\* (\d+) EXISTS/.exec(text)?.[1] ?? 0);
    let count = countIn(lines.join('\n'));
    // To the core a message is delivered when the relay has taken it; in the mailbox it is a little later.
    const idle = await imap.idle();
    while (count < 2) count = Math.max(count, countIn(await idle.next()));
    await idle.done();
    const verdicts = async (mail: string): Promise<string> => {
      const theirs = await incoming({ sender: sender.user });
      const codes = [
        await pass(outgoing({ sender: sender.user, to: [login.user] }), mail),
        await pass(theirs, signed(mail, sender.user.replace(/.*@/, ''))),
      ].map(codeOf);
      return codes.join(' ');
    };
    for (let number = 1; number <= count; number++) {
      const mail = await imap.fetch(number);
      expect(await verdicts(mail)).toBe('ok ok');
      for (const [name, trick] of TRICKS)
        expect([name, await verdicts(trick(mail))]).toEqual([name, '523 523']);
    }
    imap.close();
  });

  test('a wrong password is refused', async () => {
    const { user, password } = newLogin(current());
    const parameters = byHand(current(), false);
    const [first, second] = [await core.addAccount(), await core.addAccount()];
    await first.logIn({ addr: user, password, ...parameters });
    const wrong = second.logIn({ addr: user, password: `${password}x`, ...parameters });
    await expect(wrong).rejects.toThrow(/AUTHENTICATIONFAILED|Authentication failed|password/i);
  });
};
