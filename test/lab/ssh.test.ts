import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findWayIn, sshCommand } from '../../src/lab/ssh.ts';

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

const NOT_YET = 'kex_exchange_identification: read: Connection reset by peer';
const DENIED = 'root@127.0.0.1: Permission denied (publickey).';
const OTHER_USER = 'Please login as the user "debian" rather than the user "root".';

/** Who can log in at the end, and what is said before to each who tries. */
test.each<[string, string[], string | undefined]>([
  ['as root, at once', [], 'root'],
  ['as debian, where root is told so', [OTHER_USER], 'debian'],
  ['as root, once sshd answers', [NOT_YET, NOT_YET, NOT_YET, NOT_YET], 'root'],
  ['as debian, once sshd answers', [NOT_YET, NOT_YET, OTHER_USER], 'debian'],
  ['nobody', [NOT_YET, NOT_YET, DENIED, DENIED], undefined],
])('the way in: %s', async (_, said, user) => {
  const runCommand = async (): Promise<string> => {
    const message = said.shift();
    if (message !== undefined) throw new Error(`ssh ended with status 255\n  ${message}`);
    return '';
  };
  const found = await findWayIn(key, 4022, { runCommand });
  expect(found).toEqual(user && sshCommand(key, 4022, user));
  expect(said).toEqual([]);
});

test('a machine that never answers is given up', async () => {
  const runCommand = () => Promise.reject(new Error(NOT_YET));
  expect(await findWayIn(key, 4022, { runCommand, patienceMs: 20 })).toBeUndefined();
});
