import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Machine, SERVICE_PORTS } from '../../src/lab/machine.ts';
import { bootContainer } from '../../src/lab/nspawn.ts';
import { relayOutcome } from '../../src/lab/readiness.ts';
import { cachedTree } from '../../src/lab/tree-cache.ts';
import { TAR } from './images.ts';
import { connectImap } from './imap-client.ts';
import { encryptedMail } from './mail.ts';
import { endpoint, type Relay, run, shell } from './relay.ts';
import { connectSmtp } from './smtp-client.ts';

/** A relay whose settings are changed, one way after the other. */
let machine: Machine;
const FILE = '/etc/chatmail/chatmail.yaml';
const userData = (...lines: string[]) =>
  `#cloud-config\nwrite_files:\n  - path: ${FILE}\n    content: |\n${lines.map((line) => `      ${line}\n`).join('')}`;

/** What a script of user-data does once the relay was configured, and then it fails. */
const LATE = `runcmd:\n  - "sed -i 's/early/relay/' ${FILE}"\n  - "false"\n`;

beforeAll(async () => {
  const first = userData('# mine', 'mail_domain: _early.test', 'max_load_1m: 1000');
  machine = await bootContainer({ tree: await cachedTree(TAR), userData: Buffer.from(first + LATE) });
  expect(await relayOutcome(machine.console)).toMatchObject({ state: 'ready' });
});
afterAll(() => machine?.remove());

const relay = (): Relay => {
  const { exec = [], address } = machine;
  return { state: '', address, domain: '_relay.test', ports: SERVICE_PORTS, exec };
};
const inside = (script: string) => shell(relay(), script);
const configure = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await run(relay(), 'chatmail', 'configure', ...args);
  return { exitCode, lines: stdout.split('\n').filter((line) => line.includes(': ')), stderr };
};
const status = async () =>
  JSON.parse((await run(relay(), 'chatmail', 'status', '--json')).stdout) as Record<string, unknown>;
const isReady = async (domain: string) => {
  const { state, domain: is } = await status();
  return state === 'ready' && is === domain;
};
const reboot = async () => {
  await machine.stop();
  await machine.boot();
  return relayOutcome(machine.console);
};

test('a settings file that a script writes late is applied, although the script fails', async () => {
  while (!(await isReady('_relay.test'))) await pause(100);
  expect(await status()).toMatchObject({
    cloud: 'nocloud',
    sources: { mail_domain: FILE, max_load_1m: FILE },
  });
});

/** As at the end of cloud-init. */
const endOfCloudInit = () => run(relay(), '/usr/lib/chatmail/late-settings');

test('nothing is run where no script has changed them', async () => {
  const look = () => inside('stat -c %Z /run/chatmail/configured /var/lib/chatmail/state.json');
  const before = await look();
  await endOfCloudInit();
  expect(await look()).toBe(before);
});

test('wrong settings that a script writes late are shown, and right ones applied', async () => {
  await inside(`cp ${FILE} /run/right; echo max_load_1n: 1 >> ${FILE}`);
  await endOfCloudInit();
  expect(await status()).toMatchObject({
    state: 'error',
    problems: expect.stringContaining(`${FILE}:4:1: error: there is no setting \`max_load_1n\``),
  });
  await inside(`cp /run/right ${FILE}`);
  await endOfCloudInit();
  while (!(await isReady('_relay.test'))) await pause(100);
});

test('the console says that the address is private, and status too', async () => {
  expect((await status()).problems).toContain(`only the private address ${machine.address} was found`);
});

test('a dry run shows what would change, and changes nothing', async () => {
  const before = await inside(`cat ${FILE}`);
  expect(await configure('--dry-run', '--set', 'max_mailbox_size=1G')).toEqual({
    exitCode: 0,
    lines: ['cloud: nocloud', `address: ${machine.address}`, `max_mailbox_size: 500M -> 1G (${FILE})`],
    stderr: '',
  });
  expect(await inside(`cat ${FILE}`)).toBe(before);
});

test('it can be configured again and again, faster than systemd would let a service start', async () => {
  for (let i = 0; i < 7; i++) expect(await configure()).toEqual({ exitCode: 0, lines: [], stderr: '' });
});

test('a setting is changed in the file, which keeps the rest, and it holds over a reboot', async () => {
  const { exitCode, lines } = await configure('--set', 'max_mailbox_size=1G', '--set=max_load_1m=2000');
  expect(exitCode).toBe(0);
  expect(lines).toEqual([`max_mailbox_size: 500M -> 1G (${FILE})`, `max_load_1m: 1000 -> 2000 (${FILE})`]);
  expect(await inside(`cat ${FILE}`)).toBe(
    '# mine\nmail_domain: _relay.test\nmax_load_1m: 2000\nmax_mailbox_size: 1G',
  );
  expect(await inside('grep -rh quota_rule /etc/chatmail/dovecot.conf')).toContain('1073741824');
  expect(await reboot()).toMatchObject({ state: 'ready' });
  expect((await status()).sources).toMatchObject({ mail_domain: FILE, max_mailbox_size: FILE });
});

test.each([
  ['an unknown name', ['--set', 'max_mailbox_sice=1G'], 1, 'did you mean `max_mailbox_size`'],
  ['a wrong value', ['--set', 'max_mailbox_size=much'], 1, '--set:1:18: error'],
  ['no value', ['--set', 'max_mailbox_size'], 1, 'write `name=value`'],
  ['an unknown option', ['--sett'], 2, '--sett'],
])('%s is refused, and nothing changes', async (_, args, status, message) => {
  const before = await inside(`cat ${FILE}`);
  const { exitCode, stderr } = await configure(...args);
  expect([exitCode, stderr]).toEqual([status, expect.stringContaining(message)]);
  expect(await inside(`cat ${FILE}`)).toBe(before);
});

test('on a terminal it asks before', async () => {
  const ask = (answer: string) =>
    run(
      relay(),
      'sh',
      '-c',
      `(sleep 1; echo ${answer}) | script -qec "chatmail configure --set delete_mails_after=${answer === 'y' ? 9 : 8}" /dev/null`,
    );
  expect((await ask('n')).exitCode).toBe(1);
  expect(await inside(`cat ${FILE}`)).not.toContain('delete_mails_after');
  expect((await ask('y')).exitCode).toBe(0);
  expect(await inside(`cat ${FILE}`)).toContain('delete_mails_after: 9');
});

test('user-data edited later is put in place of what stands in the machine', async () => {
  await writeFile(
    join(machine.root ?? '', 'var/lib/cloud/seed/nocloud/user-data'),
    userData('mail_domain: _relay.test', 'max_load_1m: 3000'),
  );
  expect(await reboot()).toMatchObject({ state: 'ready' });
  expect((await status()).sources).toEqual({ mail_domain: 'user-data', max_load_1m: 'user-data' });
  expect(await inside(`cat ${FILE}`)).toBe('mail_domain: _relay.test\nmax_load_1m: 3000');
});

test('a relay whose cloud is silent stays what it was', async () => {
  await inside('mv /var/lib/cloud/seed/nocloud /var/lib/cloud/seed/away; rm -f /etc/chatmail/chatmail.yaml');
  expect(await reboot()).toMatchObject({ state: 'ready', domain: '_relay.test' });
  expect((await status()).sources).toEqual({ mail_domain: 'user-data', max_load_1m: 'user-data' });
});

describe('what is damaged', () => {
  const [MODEL, STATE, CLOUD] = [
    '/etc/chatmail/relay.json',
    '/var/lib/chatmail/state.json',
    '/var/lib/chatmail/cloud.json',
  ];
  const isReady = async () => (await run(relay(), 'chatmail', 'status')).exitCode === 0;
  const untilReady = async () => {
    while (!(await isReady())) await pause(100);
  };

  test.each([
    ['empty', ': > $f'],
    ['half', 'truncate -s 100 $f'],
    ['garbage', 'head -c 4096 /dev/urandom > $f'],
    ['a folder', 'rm $f; mkdir $f'],
    ['missing', 'rm $f'],
    ['unreadable', 'chmod 0 $f'],
  ])('%s, is named, no service restarts for ever, and both are written anew', async (_, damage) => {
    await untilReady();
    await inside(`for f in ${MODEL} ${STATE}; do ${damage}; done; systemctl restart chatmail-doveauth`);
    const { exitCode, stdout } = await run(relay(), 'chatmail', 'status');
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/relay\.json|state\.json/)]);
    expect((await run(relay(), 'chatmail', 'configure')).exitCode).toBe(0);
    await untilReady();
    expect(await inside('systemctl show -P NRestarts chatmail-doveauth')).toBe('0');
    await inside('rm -rf /etc/chatmail/*.old /var/lib/chatmail/*.old');
  });

  test('a configuration that was killed is finished by the next in line', async () => {
    await inside(
      `chatmail configure & until grep -qE '"state":"(configuring|starting)"' ${STATE}; do :; done; kill -KILL $!`,
    );
    await untilReady();
  });

  test('what the cloud said is damaged and it is silent: the last settings stay in use', async () => {
    await inside(`truncate -s 50 ${CLOUD}; rm -f ${FILE}`);
    expect(await reboot()).toMatchObject({ state: 'ready', domain: '_relay.test' });
    const { sources, problems } = await status();
    expect(sources).toMatchObject({ mail_domain: 'last configuration', max_load_1m: 'last configuration' });
    expect(problems).toContain(CLOUD);
  });

  test('nothing is left to know the settings by: the setup page says so, until the cloud answers', async () => {
    await inside(`: > ${CLOUD}; : > ${MODEL}; sync`);
    expect(await reboot()).toMatchObject({ state: 'error' });
    expect((await status()).problems).toContain(CLOUD);
    await inside('until systemctl is-active --quiet nginx; do sleep 0.1; done');
    await inside('mv /var/lib/cloud/seed/away /var/lib/cloud/seed/nocloud');
    expect(await reboot()).toMatchObject({ state: 'ready', domain: '_relay.test' });
    expect((await status()).problems).not.toContain(CLOUD);
  });
});

test('security updates are installed every day, and can be switched off', async () => {
  const shown = () =>
    inside('apt-config dump | grep -E "Periodic::(Unattended|Update)|Automatic-Reboot(-Time)? "');
  expect(await shown()).toBe(
    'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";',
  );
  await configure('--set', 'upgrade_reboot_time=04:30');
  expect(await shown()).toContain('Unattended-Upgrade::Automatic-Reboot-Time "04:30";');
  await configure('--set', 'unattended_upgrades=false');
  expect(await shown()).toContain('APT::Periodic::Unattended-Upgrade "0";');
  expect(await inside('systemctl is-enabled apt-daily.timer apt-daily-upgrade.timer')).toBe(
    'enabled\nenabled',
  );
  const { exitCode, all } = await run(relay(), 'unattended-upgrade', '--dry-run');
  expect([exitCode, all]).toEqual([0, expect.not.stringContaining('rror')]);
});

test('what an upgrade has replaced is restarted, and nothing else', async () => {
  const pids = async () =>
    Object.fromEntries(
      (await inside('systemctl show -p Id -p MainPID dovecot nginx chatmail-doveauth unbound opendkim'))
        .split('\n\n')
        .map((unit) =>
          unit
            .split('\n')
            .map((line) => line.split('=')[1] ?? '')
            .sort()
            .reverse(),
        ),
    ) as Record<string, string>;
  const before = await pids();
  await inside('systemctl start apt-daily-upgrade.service');
  expect(await pids()).toEqual(before);
  // As dpkg does: a new file takes the name of the old one.
  await inside('cp -p /usr/bin/node /usr/bin/node.new && mv /usr/bin/node.new /usr/bin/node');
  await inside('systemctl start apt-daily-upgrade.service');
  const after = await pids();
  expect(after['chatmail-doveauth.service']).not.toBe(before['chatmail-doveauth.service']);
  for (const unit of ['dovecot.service', 'nginx.service', 'unbound.service', 'opendkim.service'])
    expect([unit, after[unit]]).toEqual([unit, before[unit]]);
});

/** As many characters, in labels of at most 63. */
const nameOf = (length: number): string => {
  const rest = length - '.example'.length;
  const labels = Array.from({ length: Math.ceil(rest / 64) }, (_, i) =>
    'a'.repeat(Math.min(63, rest - 64 * i)),
  );
  return `${labels.join('.').slice(0, rest - 1)}b.example`;
};

test.each([
  ['1 character in a label', '_a.b', []],
  ['42 characters', `_${nameOf(41)}`, []],
  ['43 characters', `_${nameOf(42)}`, []],
  ['the most, with the longest addresses', `_a.${nameOf(230)}`, ['username_max_length: 13']],
])('every program starts with a mail_domain of any length: %s', async (_, domain, more) => {
  await inside(
    '[ ! -e /var/lib/cloud/seed/away ] || mv /var/lib/cloud/seed/away /var/lib/cloud/seed/nocloud',
  );
  await writeFile(
    join(machine.root ?? '', 'var/lib/cloud/seed/nocloud/user-data'),
    userData(`mail_domain: ${domain}`, 'max_load_1m: 3000', 'turn: true', ...more),
  );
  expect(await reboot()).toMatchObject({ state: 'ready', domain });
  const units = [
    'postfix@-',
    'dovecot',
    'opendkim',
    'nginx',
    'unbound',
    'chatmail-turn',
    'chatmail-doveauth',
  ];
  expect(await inside(`systemctl is-active ${units.join(' ')}`)).toBe(units.map(() => 'active').join('\n'));
  const user = `${'x'.repeat(more[0] === undefined ? 9 : 13)}@${domain}`;
  const here = { ...relay(), domain };
  const imap = await connectImap(endpoint(here, 'imaps'));
  expect((await imap.logIn(user, 'password-1')).status).toMatch(/^OK/);
  await imap.require('SELECT INBOX');
  const waiting = await imap.idle();
  const smtp = await connectSmtp(endpoint(here, 'submissions'));
  await smtp.logIn(user, 'password-1');
  const mail = await encryptedMail({ from: user, to: user });
  expect(await smtp.send({ from: user, to: [user], mail })).toMatchObject({ code: 250 });
  smtp.close();
  await waiting.next();
  await waiting.done();
  expect(await imap.fetch(1)).toContain(user);
  imap.close();
});
