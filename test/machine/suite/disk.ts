import { expect, test } from 'vitest';
import { startDeltaChat } from '../delta-chat.ts';
import { ask } from '../http-client.ts';
import { connectImap } from '../imap-client.ts';
import { endpoint, newLogin, type Relay, shell } from '../relay.ts';
import { connectSmtp } from '../smtp-client.ts';

/**
 * What a relay must do that has booted from a disk under QEMU, on one of so many GiB: little, as emulation is
 * slow, and the same files in a container do the rest.
 */
export const diskSuite = (current: () => Relay, gigabytes: number): void => {
  test('is ready under its name', () => {
    expect(current()).toMatchObject({ state: 'ready', domain: '_relay.test' });
  });

  test('shows its home page', async () => {
    const { status, body } = await ask(current(), '/');
    expect(status).toBe(200);
    expect(body).toContain('<h1>_relay.test</h1>');
  });

  test('has grown to fill the disk it was given', async () => {
    const [bytes] =
      (await shell(current(), 'df --output=size --block-size=1 / | tail -1')).match(/\d+/) ?? [];
    expect(Number(bytes)).toBeGreaterThan((gigabytes - 0.5) * 2 ** 30);
  });

  test('has no failed unit', async () => {
    expect(await shell(current(), 'systemctl --failed --no-legend --plain')).toBe('');
  });

  test('greets on every port', async () => {
    for (const port of ['smtp', 'submission', 'submissions'] as const) {
      const smtp = await connectSmtp(endpoint(current(), port));
      expect(smtp.greeting).toEqual({ code: 220, text: '_relay.test ESMTP' });
      smtp.close();
    }
    for (const port of ['imap', 'imaps'] as const) {
      const imap = await connectImap(endpoint(current(), port));
      expect(imap.greeting).toMatch(/^\* OK /);
      imap.close();
    }
  });

  test('takes a first login of Delta Chat', async () => {
    const relay = current();
    const core = await startDeltaChat({ [relay.domain]: relay.address });
    try {
      const account = await core.addAccount();
      const { user, password } = newLogin(relay);
      const configured = await account.logIn({
        addr: user,
        password,
        imapServer: relay.domain,
        imapPort: relay.ports.imaps,
        imapSecurity: 'ssl',
        smtpServer: relay.domain,
        smtpPort: relay.ports.submissions,
        smtpSecurity: 'ssl',
        certificateChecks: 'strict',
      });
      expect(configured).toBe(user);
    } finally {
      await core.stop();
    }
  });
};
