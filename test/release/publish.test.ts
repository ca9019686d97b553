import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PROJECT } from '../../src/package/paths.ts';
import { runRelease } from './command.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const URL = 'https://example.org/chatmail';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-publish-'));
  await runRelease(['--new-key', 'release-key.asc'], folder);
  await runRelease(['--without-images', '--key', 'release-key.asc', '--url', URL], folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ENV = {
  SOURCE_DATE_EPOCH: '1700000000',
  GIT_CONFIG_GLOBAL: '/dev/null',
  ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org' },
  ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org' },
};
const run = (program: string, ...args: readonly string[]) => execa(program, args, { cwd: folder, env: ENV });

/** Runs what `docs/release.md` says for the place that a paragraph begins with, with words of the example replaced. */
const publish = async (place: string, words: Readonly<Record<string, string>>): Promise<void> => {
  const text = await readFile(join(PROJECT, 'docs/release.md'), 'utf8');
  let commands = /```sh\n(.*?)```/s.exec(text.slice(text.indexOf(`**${place}`)))?.[1] ?? '';
  for (const [word, other] of Object.entries(words)) {
    expect(commands).toContain(word);
    commands = commands.replaceAll(word, other);
  }
  await run('sh', '-euc', commands);
};

test('by rsync to a web server, twice', async () => {
  await mkdir(join(folder, 'web'));
  for (let time = 0; time < 2; time += 1)
    await publish('Your own web server', { 'www@example.org:/var/www/chatmail/': 'web/' });
  await run('diff', '--recursive', 'dist/release', 'web');
});

test('by git to a host of static pages', async () => {
  await run('git', 'init', '--quiet', '--bare', '--initial-branch=pages', 'pages.git');
  await run('git', 'clone', '--quiet', 'pages.git', 'first');
  await run('git', '-C', 'first', 'commit', '--quiet', '--allow-empty', '--message=First');
  await run('git', '-C', 'first', 'push', '--quiet', 'origin', 'HEAD:pages');
  await publish('A host of static pages', {
    REPOSITORY: 'pages.git',
    'npm run release --': `node ${PROJECT}lib/cli.js release`,
  });
  await run('git', 'clone', '--quiet', '--branch', 'pages', 'pages.git', 'published');
  await run('diff', '--recursive', '--exclude=.git', 'pages', 'published');
  // The same, but for signatures.
  const signatures = ['--exclude=InRelease', '--exclude=SHA256SUMS.asc'];
  await run('diff', '--recursive', '--exclude=.git', ...signatures, 'dist/release', 'published');
});
