import { checkServerIdentity, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { connectImap } from '../imap-client.ts';
import { connectLines } from '../line-connection.ts';
import { endpoint, newLogin, type PortName, type Relay } from '../relay.ts';
import { connectSmtp } from '../smtp-client.ts';

const OLD = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;

/** What is offered on which port before and after TLS. */
export const transportSuite = (current: () => Relay): void => {
  test.each(['smtp', 'submission'] as const)('%s offers STARTTLS, and no login before it', async (port) => {
    const smtp = await connectSmtp(endpoint(current(), port));
    const { text } = await smtp.ehlo();
    expect(text).toMatch(/^STARTTLS$/m);
    expect(text).not.toMatch(/^AUTH/m);
    expect((await smtp.logIn('somebody1', 'password1')).code).toBe(port === 'smtp' ? 503 : 530);
    smtp.close();
  });

  test('submission takes no mail without TLS', async () => {
    const smtp = await connectSmtp(endpoint(current(), 'submission'));
    expect((await smtp.command('MAIL FROM:<a@example.org>')).code).toBe(530);
    smtp.close();
  });

  test('port 25 offers no login after TLS either', async () => {
    const smtp = await connectSmtp(endpoint(current(), 'smtp'));
    await smtp.startTls();
    expect((await smtp.ehlo()).text).not.toMatch(/^AUTH/m);
    smtp.close();
  });

  test('submission offers login after TLS', async () => {
    const relay = current();
    const { user, password } = newLogin(relay);
    const smtp = await connectSmtp(endpoint(relay, 'submission'));
    await smtp.startTls();
    expect((await smtp.logIn(user, password)).code).toBe(235);
    smtp.close();
  });

  test('imap offers STARTTLS, and login only after it', async () => {
    const relay = current();
    const { user, password } = newLogin(relay);
    const imap = await connectImap(endpoint(relay, 'imap'));
    expect(await imap.capabilities()).toEqual(expect.arrayContaining(['STARTTLS', 'LOGINDISABLED']));
    await imap.startTls();
    expect(await imap.capabilities()).not.toContain('LOGINDISABLED');
    expect((await imap.logIn(user, password)).status).toMatch(/^OK/);
    imap.close();
  });

  test.each<[PortName, string]>([
    ['submissions', ''],
    ['imaps', ''],
    ['https', 'smtp'],
    ['https', 'imap'],
  ])('%s %s speaks TLS 1.3 with users, and nothing older', async (port, protocol) => {
    const alpn = protocol ? { ALPNProtocols: [protocol] } : {};
    const connection = await connectLines(endpoint(current(), port, alpn));
    expect(await connection.readLine()).toMatch(/^(220 |\* OK )/);
    connection.close();
    await expect(connectLines(endpoint(current(), port, { ...OLD, ...alpn }))).rejects.toThrow();
  });

  test.each(['submission', 'imap'] as const)('%s refuses TLS 1.2 after STARTTLS', async (port) => {
    const connection = await connectLines(endpoint(current(), port));
    await connection.readLine();
    connection.write(port === 'imap' ? 'a STARTTLS\r\n' : 'STARTTLS\r\n');
    await connection.readLine();
    await expect(connection.startTls(OLD)).rejects.toThrow();
    connection.close();
  });

  test('port 25 still speaks TLS 1.2 with servers', async () => {
    const connection = await connectLines(endpoint(current(), 'smtp'));
    await connection.readLine();
    connection.write('STARTTLS\r\n');
    await connection.readLine();
    await connection.startTls(OLD);
    connection.close();
  });

  test.each<PortName>(['submissions', 'imaps', 'https'])(
    'the certificate of %s is for the relay',
    async (port) => {
      const relay = current();
      const connection = await connectLines(endpoint(relay, port));
      const certificate = (connection.socket() as TLSSocket).getPeerCertificate();
      connection.close();
      expect(checkServerIdentity(relay.domain, certificate)).toBeUndefined();
      expect(new Date(certificate.valid_to).getTime()).toBeGreaterThan(Date.now());
    },
  );

  test('port 443 leads to IMAP and SMTP, where one can log in', async () => {
    const relay = current();
    const { user, password } = newLogin(relay);
    const imap = await connectImap(endpoint(relay, 'https', { ALPNProtocols: ['imap'] }));
    expect((await imap.logIn(user, password)).status).toMatch(/^OK/);
    imap.close();
    const smtp = await connectSmtp(endpoint(relay, 'https', { ALPNProtocols: ['smtp'] }));
    expect((await smtp.logIn(user, password)).code).toBe(235);
    smtp.close();
  });
};
