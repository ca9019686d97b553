import { expect, test } from 'vitest';
import { connectImap } from '../imap-client.ts';
import { addressDomain, endpoint, newLogin, type Relay } from '../relay.ts';
import { connectSmtp } from '../smtp-client.ts';

const imapStatus = async (relay: Relay, user: string, password: string): Promise<string> => {
  const imap = await connectImap(endpoint(relay, 'imaps'));
  const { status } = await imap.logIn(user, password);
  imap.close();
  return status.split(' ').slice(0, 2).join(' ');
};

const smtpCode = async (relay: Relay, user: string, password: string): Promise<number> => {
  const smtp = await connectSmtp(endpoint(relay, 'submissions'));
  const { code } = await smtp.logIn(user, password);
  smtp.close();
  return code;
};

const OK = 'OK [CAPABILITY';
const REFUSED = 'NO [AUTHENTICATIONFAILED]';

/** Who may log in, and which first logins make an address. */
export const loginSuite = (current: () => Relay): void => {
  test.concurrent('a first login over IMAP makes the address, later ones need its password', async () => {
    const relay = current();
    const { user, password } = newLogin(relay);
    expect(await imapStatus(relay, user, password)).toBe(OK);
    expect(await imapStatus(relay, user, `${password}x`)).toBe(REFUSED);
    expect(await smtpCode(relay, user, `${password}x`)).toBe(535);
    expect(await imapStatus(relay, user, password)).toBe(OK);
    expect(await smtpCode(relay, user, password)).toBe(235);
  });

  test.concurrent('a first login over SMTP makes the address too', async () => {
    const relay = current();
    const { user, password } = newLogin(relay);
    expect(await smtpCode(relay, user, password)).toBe(235);
    expect(await imapStatus(relay, user, `${password}x`)).toBe(REFUSED);
    expect(await imapStatus(relay, user, password)).toBe(OK);
  });

  test.concurrent('of two first logins at once with different passwords one wins', async () => {
    const relay = current();
    const { user, password } = newLogin(relay);
    const passwords = [`${password}a`, `${password}b`];
    const first = await Promise.all(passwords.map((each) => imapStatus(relay, user, each)));
    const again = await Promise.all(passwords.map((each) => imapStatus(relay, user, each)));
    expect([...first].sort()).toEqual([REFUSED, OK]);
    expect(again).toEqual(first);
  });

  test.concurrent.each([
    ['a short password', (domain: string) => [`goodname1@${domain}`, 'eightchr']],
    ['a short name', (domain: string) => [`eightchr@${domain}`, 'long-enough']],
    ['a long name', (domain: string) => [`tencharact@${domain}`, 'long-enough']],
    [
      'a name with characters that are not allowed',
      (domain: string) => [`good+name@${domain}`, 'long-enough'],
    ],
    ['another domain', () => ['goodname1@example.org', 'long-enough']],
    ['no domain', () => ['goodname1', 'long-enough']],
    ['a path for a name', (domain: string) => [`../../etc@${domain}`, 'long-enough']],
  ])('no address is made for %s', async (_, login) => {
    const relay = current();
    const [user = '', password = ''] = login(addressDomain(relay));
    expect(await imapStatus(relay, user, password)).toBe(REFUSED);
    expect(await smtpCode(relay, user, password)).toBe(535);
  });

  test.concurrent('upper case in a login means the same address', async () => {
    const relay = current();
    const { user, password } = newLogin(relay);
    expect(await imapStatus(relay, user.toUpperCase(), password)).toBe(OK);
    expect(await imapStatus(relay, user, password)).toBe(OK);
    expect(await imapStatus(relay, user, `${password}x`)).toBe(REFUSED);
  });
};
