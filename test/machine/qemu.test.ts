import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDeltaChat } from './delta-chat.ts';
import { ask } from './http-client.ts';
import { QCOW2 } from './images.ts';
import { connectImap } from './imap-client.ts';
import { endpoint, newLogin, type StartedRelay, shell, startRelay } from './relay.ts';
import { connectSmtp } from './smtp-client.ts';

describe.each(['bios', 'uefi'])('the disk under %s, from user-data alone', (firmware) => {
  let started: StartedRelay;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'user-data-'));
    const file = join(folder, 'user-data');
    await writeFile(file, '#cloud-config\nchatmail:\n  mail_domain: _relay.test\n  max_load_1m: 1000\n');
    const machine = ['--backend', 'qemu', '--firmware', firmware, '--disk-size', '4G'];
    started = await startRelay([...machine, '--image', QCOW2, '--user-data', file]);
  });
  afterAll(async () => {
    await started?.stop();
    await rm(folder, { recursive: true });
  });

  test('is ready under its name', () => {
    expect(started.relay).toMatchObject({ state: 'ready', domain: '_relay.test' });
  });

  test('shows its home page', async () => {
    const { status, body } = await ask(started.relay, '/');
    expect(status).toBe(200);
    expect(body).toContain('<h1>_relay.test</h1>');
  });

  test('has grown to fill the disk it was given', async () => {
    const [bytes] =
      (await shell(started.relay, 'df --output=size --block-size=1 / | tail -1')).match(/\d+/) ?? [];
    expect(Number(bytes)).toBeGreaterThan(3.5 * 2 ** 30);
  });

  test('has no failed unit', async () => {
    expect(await shell(started.relay, 'systemctl --failed --no-legend --plain')).toBe('');
  });

  test('greets on every port', async () => {
    const { relay } = started;
    for (const port of ['smtp', 'submission', 'submissions'] as const) {
      const smtp = await connectSmtp(endpoint(relay, port));
      expect(smtp.greeting).toEqual({ code: 220, text: '_relay.test ESMTP' });
      smtp.close();
    }
    for (const port of ['imap', 'imaps'] as const) {
      const imap = await connectImap(endpoint(relay, port));
      expect(imap.greeting).toMatch(/^\* OK /);
      imap.close();
    }
  });

  test('takes a first login of Delta Chat', async () => {
    const { relay } = started;
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
});
