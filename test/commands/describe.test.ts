import { afterAll, expect, test } from 'vitest';
import { HELP } from '../../src/config/help.ts';
import { SETTING_NAMES } from '../../src/config/schema.ts';
import { inFolder } from '../cli-in-folder.ts';

const folder = await inFolder();
afterAll(() => folder.remove());

const stdoutOf = async (...args: readonly string[]) => {
  const { status, stdout, stderr } = await folder.run('describe', ...args);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
};

test('a table', async () => expect(await stdoutOf()).toMatch(/^mail_domain +domain or IPv4 /));

test('one setting', async () => expect(await stdoutOf('max_mailbox_size')).toContain('range    1M to 1024T'));

test('--json', async () => {
  const described = JSON.parse(await stdoutOf('--json'));
  expect(described.map(({ name, meaning }: { name: string; meaning: string }) => [name, meaning])).toEqual(
    SETTING_NAMES.map((name) => [name, HELP[name]]),
  );
});

test('--json of one', async () =>
  expect(JSON.parse(await stdoutOf('--json', 'max_load_1m'))).toMatchObject([
    { name: 'max_load_1m', default: '5' },
  ]));

test('--json-schema', async () =>
  expect(JSON.parse(await stdoutOf('--json-schema'))).toMatchObject({ title: 'chatmail.yaml' }));

test('--markdown', async () => expect(await stdoutOf('--markdown')).toMatch(/^\| setting \|.*\n\| --- /));

test.each<[readonly string[], string]>([
  [['max_mailbox_sise'], 'did you mean `max_mailbox_size`?'],
  [['--json', '--markdown'], 'only one of'],
  [['--json-schema', 'max_load_1m'], '--json-schema covers all settings'],
])('describe %j is wrong usage', async (args, message) =>
  expect(await folder.run('describe', ...args)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(message),
  }),
);
