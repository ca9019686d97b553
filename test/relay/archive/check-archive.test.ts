import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { extrasTree } from '../../../src/package/tree.ts';
import { checkArchive } from '../../../src/relay/archive/check-archive.ts';
import { problemWith, verdictOf } from '../../../src/relay/archive/verdict.ts';
import { signArchive, updateArchive } from '../../../src/release/archive.ts';
import { createKey, withSigner } from '../../../src/release/signing.ts';
import { sourcesFile } from '../../../src/release/sources-file.ts';

// apt tries a few times.
vi.setConfig({ testTimeout: 60_000 });

const DAY = 86_400;
const now = () => Date.now() / 1000;

import { freePort, serveFolder } from '../../serve-folder.ts';

let folder: string;
let url: string;
let port: number;
let stopServer: () => Promise<void>;
let source: string;

const archive = () => join(folder, 'www/debian');
const list = (name: string) => join(archive(), 'dists/stable', name);
const sign = (key: string, time: number) =>
  withSigner(join(folder, key), (signer) => signArchive(archive(), signer, time));

const startNginx = async (port: number): Promise<void> => {
  stopServer = (await serveFolder(join(folder, 'www'), folder, { port })).stop;
};

/** The file that a relay has for apt. */
const sourceOf = async (archive: string): Promise<string> => {
  const page = '<meta http-equiv="Content-Security-Policy" content="a">';
  const tree = extrasTree({ commands: '', invitations: '', page, trial: '' }, '1', '', archive);
  const template = tree.get('/usr/share/chatmail/templates/etc/apt/sources.list.d/chatmail.sources');
  return String(template?.content).replace(/^\{\{.*\n/gm, '');
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-archive-'));
  // nginx's workers are somebody else.
  await execa('chmod', ['755', folder]);
  await mkdir(join(folder, 'tree/DEBIAN'), { recursive: true });
  const control =
    'Package: chatmail-relay\nVersion: 9\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: a\n';
  await writeFile(join(folder, 'tree/DEBIAN/control'), control);
  await execa('dpkg-deb', ['--build', 'tree', 'chatmail-relay_9_all.deb'], { cwd: folder });
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  await createKey(join(folder, 'ours.asc'));
  await createKey(join(folder, 'other.asc'));
  await withSigner(join(folder, 'ours.asc'), async (signer) => {
    source = await sourceOf(sourcesFile(url, signer.publicKey));
    const made = { epoch: 0, now: now() - 60, signer };
    await updateArchive(archive(), [join(folder, 'chatmail-relay_9_all.deb')], made);
  });
  await execa('cp', ['-a', archive(), join(folder, 'as-made')]);
  await startNginx(port);
});
afterAll(async () => {
  await stopServer?.();
  await rm(folder, { recursive: true, force: true });
});

let places: NonNullable<Parameters<typeof checkArchive>[0]>;
let printed: string;

beforeEach(async () => {
  const relay = await mkdtemp(join(folder, 'relay-'));
  places = {
    source: join(relay, 'chatmail.sources'),
    lists: join(relay, 'lists'),
    problem: join(relay, 'problem'),
    issue: join(relay, 'issue.d/chatmail-archive.issue'),
    console: join(relay, 'console'),
  };
  await writeFile(places.source, source);
  await writeFile(places.console, '');
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(archive(), { recursive: true });
  await execa('cp', ['-a', join(folder, 'as-made'), archive()]);
});

const textOf = (path: string) => readFile(path, 'utf8').catch(() => undefined);
test('an archive as it must be: nothing to tell', async () => {
  expect(checkArchive(places)).toBe(0);
  expect([printed, await textOf(places.problem), await textOf(places.console)]).toEqual(['', undefined, '']);
});

/** What may be wrong with an archive, and what is said of it; `isNew`: the relay has not asked it before. */
interface Case {
  readonly what: string;
  readonly isNew?: true;
  readonly make: () => Promise<unknown>;
  readonly told: string;
}

const CASES: readonly Case[] = [
  {
    what: 'expired since it was read',
    make: () => writeFile(places.source, `Valid-Until-Max: 30\n${source}`),
    told: 'its signature has expired',
  },
  {
    what: 'expired',
    isNew: true,
    make: () => sign('ours.asc', now() - 91 * DAY),
    told: 'its signature has expired',
  },
  {
    what: 'signed in the future',
    make: () => sign('ours.asc', now() + DAY),
    told: 'its signature is dated in the future',
  },
  {
    what: 'signed by another key',
    make: () => sign('other.asc', now()),
    told: 'it is not signed with the key of the release',
  },
  {
    what: 'changed after it was signed',
    make: async () => {
      const text = await readFile(list('InRelease'), 'utf8');
      await writeFile(list('InRelease'), text.replace('chatmail relays', 'other relays'));
    },
    told: 'its content does not match its signature',
  },
  {
    what: 'signed, with another list of packages',
    isNew: true,
    make: async () => {
      for (const architecture of ['amd64', 'arm64']) {
        const lists = list(`main/binary-${architecture}`);
        await rm(`${lists}/by-hash`, { recursive: true });
        for (const name of ['Packages', 'Packages.gz'])
          await appendFile(`${lists}/${name}`, 'Package: bash\n');
      }
    },
    told: 'its content does not match its signature',
  },
  { what: 'without its signature', make: () => rm(list('InRelease')), told: 'it is not signed' },
  {
    what: 'gone',
    make: () => rm(archive(), { recursive: true }).then(() => mkdir(archive())),
    told: 'it cannot be reached',
  },
  {
    what: "answered by a captive portal's page",
    make: () => writeFile(list('InRelease'), '<html>Log in to use this network</html>'),
    told: 'its content does not match its signature',
  },
];

const releaseInLists = async () =>
  (await execa('sh', ['-c', `cat ${places.lists}/*InRelease || :`])).stdout.trim();

test.each(CASES)('an archive that is $what is told once, and apt keeps what it had', async (one) => {
  if (!one.isNew) checkArchive(places);
  const before = await releaseInLists();
  expect(before === '').toBe(one.isNew ?? false);
  await one.make();
  checkArchive(places);
  const problem = `no new versions from ${url}: `;
  expect(printed).toMatch(new RegExp(`^${problem}.*\n$`));
  expect(printed).toContain(one.told);
  expect(await textOf(places.problem)).toBe(printed.trim());
  expect(await textOf(places.console)).toBe(`\rchatmail: ${printed.trim()}\r\n`);
  expect(await releaseInLists()).toBe(before);
  // The next day.
  printed = '';
  await writeFile(places.console, '');
  checkArchive(places);
  expect([printed, await textOf(places.console)]).toEqual(['', '']);
  expect(await textOf(places.problem)).toContain(problem);
});

test('an old archive in place of a newer one is not believed, though its signature is still valid', async () => {
  await copyFile(list('InRelease'), join(folder, 'old'));
  await sign('ours.asc', now() + 1);
  checkArchive(places);
  const newer = await readFile(list('InRelease'), 'utf8');
  await copyFile(join(folder, 'old'), list('InRelease'));
  checkArchive(places);
  expect(await releaseInLists()).toBe(newer.trim());
});

test('nobody answers, then all is well again: what was said of it goes', async () => {
  await stopServer();
  checkArchive(places);
  expect(printed).toContain('it cannot be reached');
  expect(await textOf(places.issue)).toContain('it cannot be reached');
  await startNginx(port);
  checkArchive(places);
  expect([await textOf(places.problem), await textOf(places.issue)]).toEqual([undefined, undefined]);
});

test('with `updates: no` nobody is asked, and what was said goes', async () => {
  await writeFile(places.problem, 'a problem');
  await rm(places.source);
  checkArchive(places);
  expect([printed, await textOf(places.problem)]).toEqual(['', undefined]);
});

test.each([
  [true, '', 'good'],
  [
    false,
    'E: Release file for http://a is expired (invalid since 3d 1h). Updates for this repository will not be applied.',
    'expired',
  ],
  [
    false,
    'W: GPG error: http://a stable InRelease: The following signatures were invalid: BADSIG 0123 x',
    'damaged',
  ],
  [
    false,
    "W: GPG error: http://a: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0123",
    'unsigned',
  ],
  [false, 'W: Failed to fetch http://a  Could not resolve a', 'unreachable'],
] as const)('%s %j: %s', (isOk, output, verdict) => expect(verdictOf(isOk, output)).toBe(verdict));

test('nothing of what an archive says of itself is repeated', () => {
  expect(problemWith(verdictOf(false, 'E: \x1b[31m is expired (invalid since <b>'), 'http://a')).toBe(
    'no new versions from http://a: its signature has expired, and its publisher has not renewed it',
  );
});
