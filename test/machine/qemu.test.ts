import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectIdle } from './idle-clients.ts';
import { QCOW2 } from './images.ts';
import { connectImap } from './imap-client.ts';
import { withKernelOption } from './kernel-option.ts';
import { endpoint, NO_ROUTE, newLogin, ROUTE, run, type StartedRelay, shell, startRelay } from './relay.ts';
import { diskSuite } from './suite/disk.ts';

/** Both machines have this volume, one after the other, as when a machine is replaced. */
let folder: string;
/** What the first machine leaves on it. */
let user: { readonly user: string; readonly password: string };
let identity: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-qemu-'));
  await writeFile(
    join(folder, 'user-data'),
    '#cloud-config\nchatmail:\n  mail_domain: _relay.test\n  max_load_1m: 1000\n  data_volume: /dev/disk/by-id/virtio-volume\n',
  );
  await writeFile(join(folder, 'volume'), '');
  // With less than 1 GB free there would be no new addresses.
  await truncate(join(folder, 'volume'), 2 ** 32);
});
afterAll(() => rm(folder, { recursive: true }));

describe.each([
  ['bios', 'a kernel as it is'],
  ['uefi', 'a kernel without IPv6'],
])('the disk under %s with %s, from user-data alone', (firmware) => {
  let started: StartedRelay;
  beforeAll(async () => {
    const image = firmware === 'bios' ? QCOW2 : await withKernelOption(QCOW2, 'ipv6.disable=1', folder);
    const machine = ['--backend', 'qemu', '--firmware', firmware, '--disk-size', '4G'];
    const files = ['--user-data', join(folder, 'user-data'), '--volume', join(folder, 'volume')];
    started = await startRelay([...machine, '--image', image, ...files]);
  });
  afterAll(async () => {
    // What was written shall be on the volume for the next machine.
    if (started) await shell(started.relay, 'sync');
    await started?.stop();
  });

  test('has its state on the volume, where the next machine finds it', async () => {
    const { relay } = started;
    const look =
      () => `sha256sum /etc/dkimkeys/opendkim.private /etc/ssl/private/mailserver.key; ls -d /home/vmail/mail/*/'${user.user}'
      for folder in /home/vmail/mail /etc/dkimkeys /var/lib/acme /var/spool/postfix; do findmnt -no SOURCE $folder; done`;
    if (firmware === 'bios') {
      user = newLogin(relay);
      const imap = await connectImap(endpoint(relay, 'imaps', { rejectUnauthorized: false }));
      await imap.logIn(user.user, user.password);
      imap.close();
      await shell(
        relay,
        `printf 'From: a@b.c\\n\\nkept\\n' | doveadm -c /etc/chatmail/dovecot.conf save -u '${user.user}'`,
      );
      identity = await shell(relay, look());
      expect(identity).toContain(user.user);
      return;
    }
    expect(await shell(relay, look())).toBe(identity);
    const imap = await connectImap(endpoint(relay, 'imaps', { rejectUnauthorized: false }));
    expect((await imap.logIn(user.user, 'another password')).status).toMatch(/^NO/);
    expect((await imap.logIn(user.user, user.password)).status).toMatch(/^OK/);
    expect((await imap.require('SELECT INBOX')).lines).toContain('* 1 EXISTS');
    imap.close();
  });

  test('has the sockets of its services in the queue that is on the volume', async () => {
    expect(await shell(started.relay, ROUTE)).toBe(NO_ROUTE);
  });

  test('deletes nothing by a clock that no NTP keeps right', async () => {
    const { relay } = started;
    const { exitCode } = await run(relay, 'systemctl', 'start', 'chatmail-expire.service');
    const { expireRefusal } = JSON.parse((await run(relay, 'chatmail', 'status', '--json')).stdout);
    expect([exitCode, expireRefusal]).toEqual([1, expect.stringMatching(/^the clock is not synchronised/)]);
    await shell(relay, 'systemctl reset-failed chatmail-expire.service');
  });

  test('says so when nobody has read the drive with user-data', async () => {
    if (firmware !== 'bios') return;
    const said = await shell(
      started.relay,
      `cd /run/cloud-init; mv instance-data-sensitive.json data; mv /var/lib/chatmail/cloud.json kept
      chatmail configure --dry-run | head -n 1; mv cloud.cfg cfg; chatmail configure --dry-run | head -n 1
      mv cfg cloud.cfg; mv kept /var/lib/chatmail/cloud.json; mv data instance-data-sensitive.json`,
    );
    // as ds-identify knows it by its label, and as it looks without one
    expect(said).toMatch(/^cloud: .* the drive NoCloud may contain it.*\ncloud: .* the drive vd[a-z] may/);
  });

  test('has the IPv6 that its kernel has', async () => {
    const listeners = await shell(started.relay, 'ls /proc/net/if_inet6 || true; ss -Hltn "sport = :25"');
    if (firmware === 'bios') expect(listeners).toMatch(/if_inet6\n(.*\n)*.*\[::\]:25/);
    else expect(listeners).toMatch(/^LISTEN .* 0\.0\.0\.0:25 .*$/);
  });

  diskSuite(() => started.relay, 4);

  // A container has the limits of its host's kernel; here they are the machine's own.
  test('more idle clients than a stock kernel has inotify instances are all hibernated, and hear of new mail', async () => {
    if (firmware !== 'bios') return;
    const { relay } = started;
    const limits = 'cd /proc/sys/fs/inotify; cat max_user_instances max_user_watches';
    expect(await shell(relay, limits)).toBe('65535\n1048576');
    // Of a stock kernel's 128. The bench has 1,000, which take minutes to log in where all is emulated.
    const clients = await connectIdle(relay, 220);
    try {
      await clients.hibernated();
      expect(await clients.notify()).toHaveLength(30);
    } finally {
      clients.close();
    }
  }, 400_000);
});
