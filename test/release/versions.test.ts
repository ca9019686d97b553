import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { digestsOf } from '../../src/release/checksums.ts';
import { VERSION } from '../../src/version.ts';
import { runRelease } from './command.ts';

// Each runs the command several times, beside other tests.
vi.setConfig({ testTimeout: 180_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-versions-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const release = (output: string, args: readonly string[] = [], env?: NodeJS.ProcessEnv) =>
  runRelease(['--without-images', '-o', output, ...args], folder, env);
const digests = (output: string) => digestsOf(join(folder, output), new AbortController().signal);
const published = (output: string, name: string) => readFile(join(folder, output, name), 'utf8');

/** The folder of a release that has another version as well, as that would have left it. */
const withVersion = async (output: string, version: string): Promise<void> => {
  await release(output);
  const tree = join(folder, `${output}.tree`);
  const packed = `chatmail-relay_${VERSION}_all.deb`;
  await execa('dpkg-deb', ['--raw-extract', join(folder, output, packed), tree]);
  await execa('sed', ['-i', `s/^Version: .*/Version: ${version}/`, join(tree, 'DEBIAN/control')]);
  const pool = join(folder, output, 'debian/pool');
  await execa('dpkg-deb', ['--build', tree, join(pool, packed.replace(VERSION, version))]);
  const manifest = (await published(output, 'manifest.json')).replace(VERSION, version);
  for (const name of ['manifest.json', `manifest-${version}.json`])
    await writeFile(join(folder, output, name), manifest);
  await writeFile(join(folder, output, `chatmail-relay-${version}.tar`), 'an image');
  await writeFile(join(folder, output, 'schema.json'), `of ${version}`);
};

test('an earlier version stays, in the archive too, and the new one takes the names without a version', async () => {
  await withVersion('older', '0.0.9');
  expect(await release('older')).toMatchObject({ status: 0 });
  const index = await published('older', 'debian/dists/stable/main/binary-amd64/Packages');
  expect(index.match(/^Version: .*/gm)?.sort()).toEqual([
    'Version: 0.0.9',
    `Version: ${VERSION}`,
    `Version: ${VERSION}`,
  ]);
  const checksums = await published('older', 'SHA256SUMS');
  expect(checksums).toContain('manifest-0.0.9.json');
  expect(checksums).toContain('chatmail-relay-0.0.9.tar');
  expect(await published('older', 'manifest.json')).toBe(
    await published('older', `manifest-${VERSION}.json`),
  );
  expect(await published('older', 'schema.json')).not.toBe('of 0.0.9');
});

test('an older version is added beside a newer one, which keeps the names without a version', async () => {
  await withVersion('newer', '0.10.0');
  const before = await published('newer', 'manifest.json');
  expect(await release('newer')).toMatchObject({ status: 0 });
  expect(await published('newer', 'manifest.json')).toBe(before);
  expect(await published('newer', 'schema.json')).toBe('of 0.10.0');
  expect(JSON.parse(await published('newer', `manifest-${VERSION}.json`))).toMatchObject({
    version: VERSION,
  });
  await execa('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: join(folder, 'newer') });
});

test('the same version again is the same, on another day too, and not replaced by another', async () => {
  await release('same');
  const before = await digests('same');
  expect(await release('same', [], {})).toMatchObject({ status: 0 });
  expect(await digests('same')).toEqual(before);
  const later = { SOURCE_DATE_EPOCH: '1700086400' };
  const { status, stderr } = await release('same', [], later);
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining(
      `has version ${VERSION} already, with other files: chatmail-relay_${VERSION}_all.deb`,
    ),
  ]);
  expect(stderr).toContain('--force');
  expect(await digests('same')).toEqual(before);
  expect(await release('same', ['--force'], later)).toMatchObject({ status: 0 });
  expect(JSON.parse(await published('same', 'manifest.json'))).toMatchObject({
    sourceDateEpoch: 1_700_086_400,
  });
});

test('an image that is not made again is missed, and --force takes it away', async () => {
  await release('images');
  const tar = `chatmail-relay-${VERSION}.tar`;
  const manifest = JSON.parse(await published('images', 'manifest.json'));
  const image = { format: 'tar', file: tar, size: 1, sha256: '0'.repeat(64) };
  await writeFile(join(folder, 'images', tar), 'x');
  await writeFile(
    join(folder, `images/manifest-${VERSION}.json`),
    JSON.stringify({ ...manifest, images: [image] }),
  );
  expect(await release('images')).toMatchObject({ status: 1, stderr: expect.stringContaining(tar) });
  expect(await release('images', ['--force'])).toMatchObject({ status: 0 });
  await expect(stat(join(folder, 'images', tar))).rejects.toThrow('ENOENT');
});

test('what others put there, such as git, stays and is not listed', async () => {
  await mkdir(join(folder, 'pages/.git/refs'), { recursive: true });
  await writeFile(join(folder, 'pages/.git/index'), 'git', { mode: 0o600 });
  for (let time = 0; time < 2; time += 1) {
    expect(await release('pages')).toMatchObject({ status: 0 });
    expect(await published('pages', '.git/index')).toBe('git');
    expect((await stat(join(folder, 'pages/.git/index'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'pages/.git/refs'))).isDirectory()).toBe(true);
    expect(await published('pages', 'SHA256SUMS')).not.toContain('.git');
  }
});

/** Starts the program as a process and ends it while it makes the archive. Resolves with how it ended. */
const interrupt = async (output: string, signal: 'SIGINT' | 'SIGKILL') => {
  const child = spawn('node', ['lib/cli.js', 'release', '--without-images', '-o', join(folder, output)]);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', function end(text: string) {
    said += text;
    if (!said.includes('archive...')) return;
    child.stderr.off('data', end).resume();
    child.kill(signal);
  });
  const [status, killedBy] = await once(child, 'exit');
  return status ?? killedBy;
};
const partsOf = async (output: string) =>
  (await readdir(folder)).filter((name) => name.startsWith(`${output}.`) && !name.endsWith('.tree'));

test.each([
  ['SIGINT', 130, 0],
  ['SIGKILL', 'SIGKILL', 1],
] as const)(
  '%s leaves no folder that looks whole, and the next run is not in its way',
  async (signal, how, parts) => {
    const output = `first-${signal}`;
    expect(await interrupt(output, signal)).toBe(how);
    await expect(stat(join(folder, output))).rejects.toThrow('ENOENT');
    expect(await partsOf(output)).toHaveLength(parts);
    expect(await release(output)).toMatchObject({ status: 0 });
    expect(await partsOf(output)).toEqual([]);
    await execa('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: join(folder, output) });
  },
);

test.each(['SIGINT', 'SIGKILL'] as const)(
  '%s leaves the release that was there as it was',
  async (signal) => {
    const output = `second-${signal}`;
    await withVersion(output, '0.0.9');
    const before = await digests(output);
    await interrupt(output, signal);
    expect(await digests(output)).toEqual(before);
    expect(await release(output)).toMatchObject({ status: 0 });
  },
);

test('a run that was killed while it changed the names is undone by the next', async () => {
  await withVersion('renamed', '0.0.9');
  await rename(join(folder, 'renamed'), join(folder, 'renamed.part-previous'));
  expect(await release('renamed')).toMatchObject({ status: 0 });
  expect(await published('renamed', 'SHA256SUMS')).toContain('manifest-0.0.9.json');
  expect(await partsOf('renamed')).toEqual([]);
});

test('folders that others have named alike are left alone', async () => {
  const names = ['alike.old', 'alike.part-two', 'unlike.part-999999999'];
  for (const name of names) await mkdir(join(folder, name));
  for (let time = 0; time < 2; time += 1) await release('alike');
  expect(await readdir(folder)).toEqual(expect.arrayContaining(names));
});

test('two at once do not overwrite each other', async () => {
  await mkdir(join(folder, `busy.part-${process.ppid}`));
  expect(await release('busy')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`process ${process.ppid} is making a release`),
  });
});
