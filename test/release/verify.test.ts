import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { checksumsOf, digestsOf, parseChecksums } from '../../src/release/checksums.ts';
import { publishedAt, publishedFolder } from '../../src/release/published.ts';
import { VERSION } from '../../src/version.ts';
import { runRelease } from './command.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const PACKAGE = `chatmail-relay_${VERSION}_all.deb`;
const LISTS = 'debian/dists/stable';

let folder: string;
let url: string;
/** What the server does instead of sending a file, by its path. */
type Answer = (response: ServerResponse, file: Buffer) => unknown;
let answers: Readonly<Record<string, Answer>> = {};

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(request.url ?? '').slice('/r/'.length);
  const file = await readFile(join(folder, 'r', path)).catch(() => undefined);
  const answer = answers[path] ?? answers['*'];
  if (answer && request.url !== '/login') return answer(response, file ?? Buffer.of());
  if (request.url === '/login') return response.setHeader('content-type', 'text/html').end('<h1>Log in</h1>');
  return file ? response.end(file) : response.writeHead(404).end();
});

const release = (...args: readonly string[]) => runRelease(args, folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-verify-'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/r`;
  for (const key of ['key', 'other']) await release('--new-key', `${key}.asc`);
  await release('--without-images', '-o', 'r', '--url', url, '--key', 'key.asc');
});
afterEach(() => {
  answers = {};
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const send =
  (change: (file: Buffer) => string | Uint8Array): Answer =>
  (response, file) =>
    response.end(change(file));
const gone: Answer = (response) => response.writeHead(404).end();
const login: Answer = (response) => response.writeHead(302, { location: '/login' }).end();
const endless: Answer = (response) => {
  const more = () => {
    while (response.write(Buffer.alloc(1 << 16)));
  };
  response.on('drain', more);
  more();
};
/** The connection ends before the file does. */
const cut: Answer = (response, file) => {
  response.writeHead(200, { 'content-length': file.length });
  response.write(file.subarray(0, 1000), () => response.destroy());
};
/** As somebody who has no key would do it: with the right checksum. */
const changed = (path: string, text: string) => (file: Buffer) =>
  `${file}`.replace(new RegExp(`^.*  ${path}$`, 'm'), text);

test.each<[string, Readonly<Record<string, Answer>>, string]>([
  ['nothing is there', { '*': gone }, '/r/manifest.json: 404 Not Found'],
  [
    'a portal wants a login',
    { '*': login },
    'manifest.json is a web page and not the file, after a redirect to',
  ],
  [
    'the manifest is something else',
    { 'manifest.json': send(() => 'hello') },
    'has no manifest.json of a release',
  ],
  ['the manifest has no end', { 'manifest.json': endless }, 'manifest.json has more than the 1048576 bytes'],
  ['a package is gone', { [PACKAGE]: gone }, `${PACKAGE}: 404 Not Found`],
  ['a package is a web page', { [PACKAGE]: login }, `${PACKAGE} is a web page and not the file`],
  ['a package is cut off', { [PACKAGE]: cut }, `${PACKAGE} ended after 1000 bytes`],
  ['a package is short', { [PACKAGE]: send((file) => file.subarray(1)) }, 'bytes, and should have'],
  ['a package has no end', { [PACKAGE]: endless }, `${PACKAGE} has more than the`],
  [
    'a package is another',
    { [PACKAGE]: send((file) => Buffer.from(file).fill(0, 500)) },
    `not as SHA256SUMS says: ${PACKAGE}`,
  ],
  ['a page is another', { 'index.html': send(() => 'hello') }, 'not as SHA256SUMS says: index.html'],
  ['the signature is gone', { 'SHA256SUMS.asc': gone }, 'SHA256SUMS.asc: 404 Not Found'],
  [
    'the checksums are others',
    { SHA256SUMS: send(changed('index.html', `${'0'.repeat(64)}  index.html`)) },
    'SHA256SUMS.asc is no signature of this key',
  ],
  [
    "the archive's list is another",
    { [`${LISTS}/InRelease`]: send((file) => `${file}`.replace('main', 'evil')) },
    'InRelease is not signed with this key',
  ],
  [
    "the archive's list is not signed",
    { [`${LISTS}/InRelease`]: send(() => 'Suite: stable\n') },
    'InRelease is not signed with this key',
  ],
  [
    "the archive's other list is another",
    { [`${LISTS}/Release`]: send((file) => `${file}`.replace('main', 'evil')) },
    'InRelease has not the same as',
  ],
])('--verify of a URL where %s', async (_what, given, message) => {
  answers = given;
  const { status, stderr } = await release('--verify', url);
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
});

test('--verify of a URL where nobody listens', async () => {
  const { status, stderr } = await release('--verify', 'http://127.0.0.1:9/r');
  expect([status, stderr]).toEqual([1, expect.stringContaining('cannot be fetched: ')]);
});

test('another key than the one given is refused', async () => {
  const { status, stderr } = await release('--verify', url, '--key', 'other.asc');
  expect([status, stderr]).toEqual([1, expect.stringContaining('names another key than the one given')]);
});

test('a server that falls silent is given up', async () => {
  answers = { [PACKAGE]: (response, file) => response.write(file.subarray(0, 10)) };
  const { signal } = new AbortController();
  await expect(publishedAt(url, { signal, patience: 50 }).digest(PACKAGE)).rejects.toThrow(
    'nothing came for 0.05 seconds',
  );
});

test('an interrupt ends a download', async () => {
  const interrupt = new AbortController();
  answers = { [PACKAGE]: () => interrupt.abort(new Error('interrupted')) };
  await expect(publishedAt(url, { signal: interrupt.signal }).digest(PACKAGE)).rejects.toThrow('interrupted');
});

test('no more is read of a file than it should have', async () => {
  const { signal } = new AbortController();
  const published = publishedFolder(join(folder, 'r'), 'r', signal);
  await expect(published.read('schema.json', 10)).rejects.toThrow('r/schema.json has more than the 10 bytes');
  await expect(published.read('none', 10)).rejects.toThrow('r/none cannot be read: ENOENT');
});

test.each([
  'no checksum',
  `${'0'.repeat(64)}  ../secret`,
  `${'0'.repeat(64)}  /etc/passwd`,
  `${'0'.repeat(64)}  a/../../b`,
  `${'0'.repeat(64)}  .git/config`,
])('a list of checksums with %j is not followed', (line) =>
  expect(() => parseChecksums(`${line}\n`)).toThrow('a line that is no checksum'),
);

/** The folder with files changed, and a list of checksums that has them as they are now. */
const changedCopy = async (name: string, files: Readonly<Record<string, string>>): Promise<void> => {
  const copy = join(folder, name);
  await cp(join(folder, 'plain'), copy, { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(copy, path), text);
  const { signal } = new AbortController();
  await writeFile(join(copy, 'SHA256SUMS'), checksumsOf(await digestsOf(copy, signal)));
};

test('a version is verified after a newer one has been added, and its own list of packages too', async () => {
  await release('--without-images', '-o', 'plain');
  const manifest = await readFile(join(folder, 'plain/manifest.json'), 'utf8');
  const newer = {
    'manifest.json': manifest.replace(VERSION, '9.9.9'),
    'index.html': 'of 9.9.9',
    'chatmail-relay-9.9.9.tar': 'an image',
  };
  await changedCopy('newer', newer);
  expect(await release('--verify', 'newer')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('newer: the same, made again from these sources; not signed'),
  });
  const list = `${LISTS}/main/binary-arm64/Packages`;
  await changedCopy('evil', { ...newer, [list]: 'Package: evil\n' });
  const { status, stderr } = await release('--verify', 'evil');
  expect([status, stderr]).toEqual([1, expect.stringContaining(`these differ: ${list}`)]);
});
