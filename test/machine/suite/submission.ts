import { execa } from 'execa';
import { expect, test } from 'vitest';
import { encryptedMail, plainMail } from '../mail.ts';
import { addressDomain, endpoint, newLogin, type Relay } from '../relay.ts';
import { connectSmtp, type Reply } from '../smtp-client.ts';

interface Attempt {
  readonly relay: Relay;
  /** Who is logged in, and the reverse-path if it is not another. */
  readonly user: string;
  readonly password: string;
  readonly from?: string;
  readonly to: string;
  readonly mail: string;
}

const submit = async ({ relay, user, password, from = user, to, mail }: Attempt): Promise<Reply> => {
  const smtp = await connectSmtp(endpoint(relay, 'submissions'));
  await smtp.logIn(user, password);
  const reply = await smtp.send({ from, to: [to], mail });
  smtp.close();
  return reply;
};

/** What users may send. */
export const submissionSuite = (current: () => Relay): void => {
  const two = async (relay: Relay) => {
    const [alice, bob] = [newLogin(relay), newLogin(relay)];
    for (const { user, password } of [alice, bob]) {
      const smtp = await connectSmtp(endpoint(relay, 'submissions'));
      expect((await smtp.logIn(user, password)).code).toBe(235);
      smtp.close();
    }
    return { relay, ...alice, to: bob.user };
  };

  test('an encrypted message is taken', async () => {
    const base = await two(current());
    const mail = await encryptedMail({ from: base.user, to: base.to });
    expect(await submit({ ...base, mail })).toMatchObject({ code: 250 });
  });

  test('an unencrypted message by swaks gets 523', async () => {
    const { relay, user, password, to } = await two(current());
    const server = ['--server', relay.address, '--port', String(relay.ports.submission), '--tls'];
    const login = ['--auth', 'PLAIN', '--auth-user', user, '--auth-password', password];
    const swaks = await execa('swaks', [...server, ...login, '--from', user, '--to', to], {
      reject: false,
      all: true,
    });
    expect(swaks.all).toMatch(/^<~\* 523 .*Encryption Needed: Invalid Unencrypted Mail/m);
    expect(swaks.exitCode).toBe(26);
  });

  test('an unencrypted message gets 523 to whomever it goes', async () => {
    const base = await two(current());
    const to = 'somebody@[192.0.2.1]';
    expect(await submit({ ...base, to, mail: plainMail({ from: base.user, to }) })).toMatchObject({
      code: 523,
    });
  });

  test('a From header of somebody else is refused', async () => {
    const base = await two(current());
    const mail = await encryptedMail({ from: base.to, to: base.to });
    const reply = await submit({ ...base, mail });
    expect(reply.code).toBe(500);
    expect(reply.text).toContain('Invalid FROM');
  });

  test('a second From header is refused', async () => {
    const base = await two(current());
    const headers = [`From: <${base.to}>`];
    const mail = await encryptedMail({ from: base.user, to: base.to, headers });
    expect((await submit({ ...base, mail })).code).toBeGreaterThanOrEqual(500);
  });

  test('a From header in other letter case is taken', async () => {
    const base = await two(current());
    const mail = await encryptedMail({ from: base.user.toUpperCase(), to: base.to });
    expect(await submit({ ...base, mail })).toMatchObject({ code: 250 });
  });

  test.each([
    ['of somebody else of the relay', (domain: string) => `somebody1@${domain}`, 553],
    ['of somebody elsewhere', () => 'somebody@example.org', 553],
    [
      'that seems to be several, one of them the own,',
      (domain: string, user: string) => `"${user},x"@${domain}`,
      501,
    ],
    ['of nobody, that of bounces,', () => '', 500],
  ] as const)('a reverse-path %s is refused', async (_, reversePath, code) => {
    const base = await two(current());
    const from = reversePath(addressDomain(base.relay), base.user);
    const mail = await encryptedMail({ from: base.user, to: base.to });
    expect((await submit({ ...base, from, mail })).code).toBe(code);
  });

  test('without a login nothing is taken', async () => {
    const relay = current();
    const smtp = await connectSmtp(endpoint(relay, 'submissions'));
    const mail = await encryptedMail({ from: 'a@example.org', to: 'b@example.org' });
    const envelope = { from: 'a@example.org', to: ['b@example.org'], mail };
    expect((await smtp.send(envelope)).code).toBeGreaterThanOrEqual(530);
    smtp.close();
  });

  test('more than a burst is told to wait', async () => {
    const base = await two(current());
    const mail = await encryptedMail({ from: base.user, to: base.to });
    const smtp = await connectSmtp(endpoint(base.relay, 'submissions'));
    await smtp.logIn(base.user, base.password);
    const replies: Reply[] = [];
    // The burst is 10 and one more every second: 30 at once are too many however slow the computer is.
    for (let i = 0; i < 30 && replies.every(({ code }) => code === 250); i += 1)
      replies.push(await smtp.send({ from: base.user, to: [base.to], mail }));
    smtp.close();
    expect(replies.length).toBeGreaterThan(10);
    expect(replies.at(-1)).toMatchObject({ code: 450 });
    expect(replies.at(-1)?.text).toContain(`Too much mail from ${base.user}`);
  });
};
