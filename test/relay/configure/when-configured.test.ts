import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { whenConfigured } from '../../../src/relay/configure/when-configured.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'configured-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what is configured already is not waited for', async () => {
  await writeFile(join(folder, 'configured'), '');
  await whenConfigured(join(folder, 'configured'));
});

test('another file in the folder is not taken for the one that is waited for', async () => {
  const events: string[] = [];
  const waiting = whenConfigured(join(folder, 'configured')).then(() => events.push('configured'));
  const other = whenConfigured(join(folder, 'other')).then(() => events.push('other'));
  await writeFile(join(folder, 'other'), '');
  await other;
  expect(events).toEqual(['other']);
  await writeFile(join(folder, 'configured'), '');
  await waiting;
  expect(events).toEqual(['other', 'configured']);
});
