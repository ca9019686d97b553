import { expect, test } from 'vitest';
import { bounceMail, encryptedMail, plainMail } from '../mail.ts';
import { endpoint, newLogin, type Relay } from '../relay.ts';
import { connectSmtp, type Envelope, type Reply } from '../smtp-client.ts';

/** Has no DNS and therefore needs no DKIM signature (RFC 6376 has no place for its key). */
const LITERAL = 'outside@[192.0.2.7]';

const deliver = async (relay: Relay, envelope: Envelope): Promise<Reply> => {
  const smtp = await connectSmtp(endpoint(relay, 'smtp'));
  await smtp.startTls();
  const reply = await smtp.send(envelope);
  smtp.close();
  return reply;
};

/** What comes in from other servers on port 25. */
export const incomingSuite = (current: () => Relay): void => {
  const recipient = async (): Promise<string> => {
    const { user, password } = newLogin(current());
    const smtp = await connectSmtp(endpoint(current(), 'submissions'));
    await smtp.logIn(user, password);
    smtp.close();
    return user;
  };

  test.each([
    ['encrypted, from an address literal', encryptedMail, LITERAL, 250, ''],
    ['unencrypted', plainMail, LITERAL, 523, 'Encryption Needed: Invalid Unencrypted Mail'],
    ['encrypted, unsigned', encryptedMail, 'outside@example.org', 554, 'No DKIM signature found'],
    ['unencrypted, unsigned', plainMail, 'outside@example.org', 523, 'Encryption Needed'],
  ] as const)('%s: %s', async (_, mailOf, from, code, text) => {
    const to = await recipient();
    const reply = await deliver(current(), { from, to: [to], mail: await mailOf({ from, to }) });
    expect(reply.code).toBe(code);
    expect(reply.text).toContain(text);
  });

  test('a user of the relay cannot be claimed from outside', async () => {
    const relay = current();
    const [to, from] = [await recipient(), await recipient()];
    const mail = await encryptedMail({ from, to });
    const { code, text } = await deliver(relay, { from, to: [to], mail });
    // An address literal has no DKIM, but its users log in.
    const isIpOnly = /^[\d.]+$/.test(relay.domain);
    expect([code, text]).toEqual([
      554,
      expect.stringContaining(isIpOnly ? 'Log in to send' : 'No DKIM signature found'),
    ]);
  });

  test('an Authentication-Results header that was sent along convinces nobody', async () => {
    const to = await recipient();
    const from = 'outside@example.org';
    const headers = [`Authentication-Results: ${current().domain}; dkim=pass header.d=example.org`];
    const mail = await encryptedMail({ from, to, headers });
    expect(await deliver(current(), { from, to: [to], mail })).toMatchObject({ code: 554 });
  });

  test('a bounce in clear from an address literal, which may be anybody, is refused', async () => {
    const to = await recipient();
    const from = 'mailer-daemon@[192.0.2.7]';
    const mail = bounceMail({ from, to });
    expect(await deliver(current(), { from: '', to: [to], mail })).toMatchObject({ code: 523 });
  });

  test('the relay is not an open one', async () => {
    const to = 'somebody@example.org';
    const mail = await encryptedMail({ from: LITERAL, to });
    const reply = await deliver(current(), { from: LITERAL, to: [to], mail });
    expect(reply.code).toBe(554);
    expect(reply.text).toContain('Relay access denied');
  });

  test('an address that nobody has is refused at once', async () => {
    const to = newLogin(current()).user;
    const mail = await encryptedMail({ from: LITERAL, to });
    expect((await deliver(current(), { from: LITERAL, to: [to], mail })).code).toBe(550);
  });
};
