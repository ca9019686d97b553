import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archiveUrl, versionText } from '../../../src/relay/lib/archive.ts';
import { sourcesFile } from '../../../src/release/sources-file.ts';
import { VERSION } from '../../../src/version.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a relay of a release says where it is published', async () => {
  const file = join(folder, 'archive.sources');
  await writeFile(file, sourcesFile('https://example.org/r', 'key'));
  expect(archiveUrl(file)).toBe('https://example.org/r');
  expect(versionText(archiveUrl(file))).toBe(`${VERSION} from https://example.org/r`);
});

test('another one says its version', () => {
  expect(archiveUrl(join(folder, 'missing'))).toBeUndefined();
  expect(versionText()).toBe(VERSION);
});
