import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { schemaLink } from '../../src/commands/schema-link.ts';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { inFolder } from '../cli-in-folder.ts';

const INI = '[params]\nmail_domain = old.example.org\nmax_mailbox_size = 1G\npassthrough_senders =\n';
/** Both are good to upstream. */
const SIZES_INI = `[params]
mail_domain = chat.example.org
min_available_memory = 300
min_free_disk_space = 1024
max_mailbox_size = 1048576
`;
const FORMS_INI = `[params]
mail_domain = chat.example.org
turn_socket_path = /run/chatmail-turn/turn.socket
max_load_1m = 7.5
max_mailbox_size = 600mb
disable_ipv6 = yes
www_folder = disabled
privacy_postal =
    Example e.V.
    12345 Example Town
`;
const BAD_INI = '[params]\nmail_domain = old\n';

let folder: Awaited<ReturnType<typeof inFolder>>;
beforeEach(async () => {
  folder = await inFolder({
    'chatmail.ini': INI,
    'sizes.ini': SIZES_INI,
    'forms.ini': FORMS_INI,
    'bad.ini': BAD_INI,
    'there.yaml': 'mine\n',
  });
});
afterEach(() => folder.remove());

/** The lines that set something. */
const set = (text: string) => text.split('\n').filter((line) => /^\w/.test(line));

test.each<[readonly string[], string, readonly string[]]>([
  [[], 'chatmail.yaml', []],
  [['chat.example.org'], 'chatmail.yaml', ['mail_domain: chat.example.org']],
  [['192.0.2.1'], 'chatmail.yaml', ['mail_domain: 192.0.2.1']],
  [['--output', 'x.yaml'], 'x.yaml', []],
  [['--force', '-o', 'there.yaml'], 'there.yaml', []],
  [['--from', 'chatmail.ini'], 'chatmail.yaml', ['mail_domain: old.example.org', 'max_mailbox_size: 1G']],
  [
    ['--from', 'sizes.ini'],
    'chatmail.yaml',
    ['mail_domain: chat.example.org', 'max_mailbox_size: 1T', 'min_available_memory: 300M'],
  ],
  [
    ['--from', 'forms.ini'],
    'chatmail.yaml',
    [
      'mail_domain: chat.example.org',
      'max_mailbox_size: 600M',
      'max_load_1m: 7.5',
      'disable_ipv6: true',
      'privacy_postal: "Example e.V. 12345 Example Town"',
    ],
  ],
  [
    ['new.example.org', '--from', 'chatmail.ini'],
    'chatmail.yaml',
    ['mail_domain: new.example.org', 'max_mailbox_size: 1G'],
  ],
])('init %j writes %s', async (args, file, lines) => {
  expect(await folder.run('init', ...args)).toMatchObject({ status: 0, stdout: `wrote ${file}\n` });
  expect(set(await folder.read(file))).toEqual(lines);
  expect(await folder.run('check', '--config', file)).toMatchObject({ status: 0 });
});

test('the first line names a schema that exists and is the one of today', async () => {
  await folder.run('init', 'chat.example.org');
  const [first = ''] = (await folder.read('chatmail.yaml')).split('\n');
  const [, link = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
  expect(JSON.parse(readFileSync(fileURLToPath(link), 'utf8'))).toMatchObject(jsonSchema());
});

test.each([
  ['/work/relay/chatmail.yaml', '/work/relay/', 'chatmail.schema.json'],
  [
    '/work/chatmail.yaml',
    '/work/node_modules/chatmail-image/',
    'node_modules/chatmail-image/chatmail.schema.json',
  ],
  [
    '/work/chatmail.yaml',
    '/usr/lib/chatmail image/',
    'file:///usr/lib/chatmail%20image/chatmail.schema.json',
  ],
  ['/work/chatmail.yaml', '/work/my relay/', 'file:///work/my%20relay/chatmail.schema.json'],
  ['/work/a/chatmail.yaml', '/work/', 'file:///work/chatmail.schema.json'],
])('from %s the schema in %s is at %s', (file, project, link) =>
  expect(schemaLink(file, project)).toBe(link),
);

test('the package on npm contains the schema', () => {
  const { files } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(files).toContain('chatmail.schema.json');
  expect(existsSync('chatmail.schema.json')).toBe(true);
});

test('--output - prints', async () => {
  const { status, stdout } = await folder.run('init', '--output', '-', 'chat.example.org');
  expect(status).toBe(0);
  expect(set(stdout)).toEqual(['mail_domain: chat.example.org']);
  // Where it will be, and so where the schema is from there, is not known.
  expect(stdout).not.toContain('$schema');
});

test('what is left out of an ini is said', async () => {
  const { stderr } = await folder.run('init', '--from', 'chatmail.ini');
  expect(stderr).toContain('chatmail.ini:4:1: warning: `passthrough_senders` has no effect here');
});

test.each<[readonly string[], number, string]>([
  [['--output', 'there.yaml'], 1, 'there.yaml exists already'],
  [['https://chat.example.org/'], 1, 'DOMAIN:1:1: error: `mail_domain` must be a domain'],
  [['--from', 'bad.ini'], 1, 'bad.ini:2:15: error'],
  [['--from', 'none.ini'], 1, 'none.ini: no such file or directory'],
  [['a.org', 'b.org'], 2, 'unexpected argument `b.org`'],
])('init %j is refused with %s', async (args, status, message) => {
  const result = await folder.run('init', ...args);
  expect(result).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) });
  expect(await folder.read('there.yaml')).toBe('mine\n');
  await expect(folder.read('chatmail.yaml')).rejects.toThrow('ENOENT');
});
