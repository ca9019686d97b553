import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sshCommand } from '../../src/lab/ssh.ts';

const key = { file: '/t/a b/key', publicKey: '' };

test.each([
  ['root', 'root@127.0.0.1 "${*@Q}"'],
  ['debian', 'debian@127.0.0.1 sudo --non-interactive -- "${*@Q}"'],
])('as %s', (user, end) => {
  const [, , script = ''] = sshCommand(key, 4022, user);
  expect(script).toMatch(/^exec ssh -F none -i '\/t\/a b\/key' -p 4022 /);
  expect(script.endsWith(end)).toBe(true);
});

/** Stands in for ssh: gives its last argument to the shell that Debian gives users, as the far end would. */
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-test-'));
  await writeFile(join(folder, 'ssh'), '#!/bin/bash\nexec bash -c "${@: -1}"\n', { mode: 0o755 });
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['a plain word', ['a']],
  ['spaces and quotes', ["it's", 'a  b', '"c"', '']],
  ['what a shell would expand', ['$HOME', '`id`', '*', '$(id)', '\\', ';']],
  ['more lines than one', ['a\nb']],
])('%s arrive as given', async (_, words) => {
  const [program = '', ...args] = sshCommand(key, 4022, 'root');
  const print = ['printf', '%s\\0', ...words];
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const { stdout } = await promisify(execFile)(program, [...args, ...print], { env });
  expect(stdout.split('\0').slice(0, -1)).toEqual(words);
});
