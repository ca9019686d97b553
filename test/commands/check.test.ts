import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SETTING_NAMES } from '../../src/config/schema.ts';
import { inFolder } from '../cli-in-folder.ts';

let folder: Awaited<ReturnType<typeof inFolder>>;
beforeEach(async () => {
  folder = await inFolder({
    'good.yaml': 'mail_domain: chat.example.org\nmax_load_1m: 3\n',
    'bad.yaml': 'max_mailbox_sise: 1G\nmax_load_1m: x\n',
    'chatmail.ini': '[params]\nmail_domain = chat.example.org\npassthrough_senders =\n',
  });
  await mkdir(join(folder.cwd, 'folder'));
});
afterEach(() => folder.remove());

test.each<[readonly string[], string]>([
  [
    ['-c', 'good.yaml'],
    `good.yaml: good, chat.example.org, 2 of ${SETTING_NAMES.length} settings differ from the defaults, `,
  ],
  [['-c', 'good.yaml'], ' files rendered\n'],
  [['-c', 'good.yaml', '--set', 'max_load_1m=5'], 'good.yaml: good, chat.example.org, 1 of'],
  [['--config=chatmail.ini'], 'chatmail.ini: good, chat.example.org, 1 of'],
  [['-s', 'mail_domain=192.0.2.1'], 'settings: good, 192.0.2.1, 1 of'],
  [['-s', 'max_load_1m=1'], 'settings: good, a relay that finds its name when it starts, 1 of'],
])('check %j: %s', async (args, stdout) => {
  expect(await folder.run('check', ...args)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(stdout),
  });
});

test.each<[readonly string[], number, readonly string[]]>([
  [['-c', 'bad.yaml'], 1, ['bad.yaml:1:1: error', 'bad.yaml:2:14: error', '2 errors']],
  [['-c', 'bad.yaml', '-s', 'foo=1'], 1, ['--set:1:1: error', 'bad.yaml:1:1: error', '3 errors']],
  [['-s', 'www_folder=/srv/~www'], 1, ['`www_folder` must be an absolute path']],
  [['-s', 'tls_external_cert_and_key=/~/a /b'], 1, ['must be two absolute paths']],
  [['-s', 'metrics_address=fe80::1%eth0'], 1, ['`metrics_address` must be an IP address']],
  [['-c', 'none.yaml'], 1, ['none.yaml: no such file or directory']],
  [['-c', 'folder'], 1, ['folder is a folder', 'name a file']],
  [[], 1, ['there is no chatmail.yaml here', 'hint: `chatmail-image init` writes one']],
  [['good.yaml'], 2, ['unexpected argument `good.yaml`']],
])('check %j is refused', async (args, status, parts) => {
  const result = await folder.run('check', ...args);
  expect(result).toMatchObject({ status, stdout: '' });
  for (const part of parts) expect(result.stderr).toContain(part);
});

test('chatmail.yaml is read without being named', async () => {
  await writeFile(join(folder.cwd, 'chatmail.yaml'), 'mail_domain: a.org\n');
  expect((await folder.run('check')).stdout).toContain('chatmail.yaml: good, a.org');
});

test('--json of good settings', async () => {
  const { status, stdout, stderr } = await folder.run('check', '--json', '-c', 'chatmail.ini');
  expect([status, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    settings: { mail_domain: 'chat.example.org', max_load_1m: 5 },
    problems: [{ code: 'no-effect', severity: 'warning', file: 'chatmail.ini', line: 3, column: 1 }],
  });
});

test('--json of bad settings', async () => {
  const { status, stdout } = await folder.run('check', '--json', '-c', 'bad.yaml');
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    problems: [
      {
        code: 'unknown-setting',
        severity: 'error',
        path: ['max_mailbox_sise'],
        file: 'bad.yaml',
        line: 1,
        column: 1,
        message: 'there is no setting `max_mailbox_sise`',
        hint: 'did you mean `max_mailbox_size`?',
      },
      expect.objectContaining({ code: 'wrong-type', line: 2, column: 14 }),
    ],
  });
});
