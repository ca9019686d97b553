import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PROJECT } from '../../src/package/paths.ts';
import { runRelease } from './command.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let folder: string;
let url: string;
const server = createServer(async (request, response) => {
  const file = await readFile(join(folder, decodeURIComponent(request.url ?? ''))).catch(() => undefined);
  response.writeHead(file ? 200 : 404).end(file);
});

/** What `docs/release.md` says to run, for the place that a paragraph begins with. */
const commandsFor = async (place: string): Promise<string> => {
  const text = await readFile(join(PROJECT, 'docs/release.md'), 'utf8');
  return /```sh\n(.*?)```/s.exec(text.slice(text.indexOf(`**${place}`)))?.[1] ?? '';
};

/** Runs commands in the folder, with words of the example replaced. */
const run = async (commands: string, words: Readonly<Record<string, string>>): Promise<void> => {
  for (const [word, other] of Object.entries(words)) {
    expect(commands).toContain(word);
    commands = commands.replaceAll(word, other);
  }
  await execa('sh', ['-euc', commands], { cwd: folder, env: { ...GIT, SOURCE_DATE_EPOCH: '1700000000' } });
};
const GIT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  // Nothing here outlives a power failure.
  ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.fsync', GIT_CONFIG_VALUE_0: 'none' },
  ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org' },
  ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org' },
};

const isSame = async (path: string) =>
  expect(await runRelease(['--verify', `${url}/${path}`], folder)).toMatchObject({ status: 0 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-publish-'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await runRelease(['--new-key', 'release-key.asc'], folder);
  await runRelease(['--without-images', '--key', 'release-key.asc', '--url', `${url}/web`], folder);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

test('by rsync to a web server, twice', async () => {
  await mkdir(join(folder, 'web'));
  for (let time = 0; time < 2; time += 1)
    await run(await commandsFor('Your own web server'), { 'www@example.org:/var/www/chatmail/': 'web/' });
  await isSame('web');
});

test('by git to a host of static pages', async () => {
  const git = (...args: readonly string[]) => execa('git', args, { cwd: folder, env: GIT });
  await git('init', '--quiet', '--bare', '--initial-branch=pages', 'pages.git');
  await git('clone', '--quiet', 'pages.git', 'first');
  await git('-C', 'first', 'commit', '--quiet', '--allow-empty', '--message=First');
  await git('-C', 'first', 'push', '--quiet', 'origin', 'HEAD:pages');
  await run(await commandsFor('A host of static pages'), {
    REPOSITORY: 'pages.git',
    'npm run release --': `node ${PROJECT}lib/cli.js release`,
    'https://example.org/chatmail': `${url}/published`,
  });
  await git('clone', '--quiet', '--branch', 'pages', 'pages.git', 'published');
  await isSame('published');
});
