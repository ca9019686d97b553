import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { encryptedMail } from '../mail.ts';
import { endpoint, newLogin, type Relay, run, shell } from '../relay.ts';
import { connectSmtp } from '../smtp-client.ts';
import { type Arrival, startSmtpSink } from '../smtp-sink.ts';

/** Sends a message from a new address through the relay to a mail server on this computer. */
const sendOut = async (relay: Relay): Promise<{ arrival: Arrival; sender: string }> => {
  const { user, password } = newLogin(relay);
  const smtp = await connectSmtp(endpoint(relay, 'submissions'));
  await smtp.logIn(user, password);
  // This computer as the relay sees it. Port 25 is where a relay delivers to.
  const sink = await startSmtpSink(smtp.localAddress);
  onTestFinished(sink.close);
  const to = `outside@[${smtp.localAddress}]`;
  const mail = await encryptedMail({ from: user, to, subject: 'telling' });
  expect(await smtp.send({ from: user, to: [to], mail })).toMatchObject({ code: 250 });
  const arrival = await sink.next();
  smtp.close();
  return { arrival, sender: user };
};

/** What the relay's own OpenDKIM says of a message when it knows the relay's public key. */
const verify = async (relay: Relay, mail: string): Promise<string> => {
  const key = await shell(relay, 'openssl rsa -in /etc/dkimkeys/opendkim.private -pubout 2>/dev/null');
  const bare = key.replace(/-----.*-----|\s/g, '');
  await shell(
    relay,
    `mkdir -p /run/dkim-test; cd /run/dkim-test
    echo 'opendkim._domainkey.${relay.domain} v=DKIM1;k=rsa;p=${bare}' > keys
    printf '%s\\n' 'Mode v' 'TestPublicKeys /run/dkim-test/keys' 'UserID root' > conf
    echo '${Buffer.from(mail, 'latin1').toString('base64')}' | base64 -d > mail`,
  );
  const test = ['opendkim', '-x', '/run/dkim-test/conf', '-t', '/run/dkim-test/mail'];
  const { all } = await run(relay, ...test);
  return /: verification \(.*\) (succeeded|failed)/.exec(all ?? '')?.[1] ?? String(all);
};

/** What leaves the relay. `isSigned` says whether it has a domain to sign for. */
export const outgoingSuite = (current: () => Relay, isSigned: boolean): void => {
  // This computer is at a private address.
  beforeAll(() => shell(current(), 'chatmail configure --yes --set deliver_to_private_addresses=true'));

  test('mail leaves encrypted, under its sender, and tells nothing of the client', async () => {
    const { arrival, sender } = await sendOut(current());
    expect(arrival.tls).toBe('TLSv1.3');
    expect(arrival.from).toBe(sender);
    expect(arrival.mail).toMatch(/^Subject: \[\.\.\.\]\r$/m);
    expect(arrival.mail).not.toMatch(/^Received: from (?!localhost)|192\.0\.2\.99|telling/m);
  });

  if (isSigned)
    test('mail leaves signed for the domain', async () => {
      const { arrival } = await sendOut(current());
      const signature = /^DKIM-Signature: [\s\S]*?\r\n(?=\S)/m.exec(arrival.mail)?.[0] ?? '';
      expect(signature).toContain(`d=${current().domain};`);
      expect(signature).toContain('s=opendkim;');
      expect(await verify(current(), arrival.mail)).toBe('succeeded');
      expect(await verify(current(), arrival.mail.replace(/^To: /m, 'To: x'))).toBe('failed');
    });
};
