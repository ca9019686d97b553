import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archiveUrl, versionText } from '../../../src/relay/lib/archive.ts';
import { sourcesFile } from '../../../src/release/sources-file.ts';
import { VERSION } from '../../../src/version.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
  file = join(folder, 'archive.sources');
});
afterAll(() => rm(folder, { recursive: true }));

test.each(['https://example.org/relay', 'http://192.0.2.1:8080', 'https://example.org/debian'])(
  'a relay of a release at %s says so',
  async (url) => {
    await writeFile(file, sourcesFile(url, 'KEY\n\nURIs: https://other.example/debian'));
    expect(archiveUrl(file)).toBe(url);
    expect(versionText(archiveUrl(file))).toBe(`${VERSION} from ${url}`);
  },
);

test.each([
  ['an empty file', ''],
  ['another archive', 'URIs: https://deb.example.org/other\n'],
  ['no web server', 'URIs: file:/srv/debian\n'],
])('%s is of no release', async (_, sources) => {
  await writeFile(file, sources);
  expect(archiveUrl(file)).toBeUndefined();
});

test('another relay says its version', () => {
  expect(archiveUrl(join(folder, 'missing'))).toBeUndefined();
  expect(versionText()).toBe(VERSION);
});
