import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { census } from '../../../src/relay/doveauth/census.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'census-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const add = (...names: string[]) => names.map((name) => mkdirSync(join(folder, name)));

test('addresses, and those of tests, and pushes that wait', async () => {
  add('a@b', 'ci-1@b', 'ac_2@b', 'cider@b', 'no-address', 'queue');
  add('queue/dead', 'queue/9-0-9-ab', 'queue/10-1-9-ac', 'queue/.9-0-9-ad');
  expect(await census(folder, join(folder, 'queue'))()).toBe('4 2 2');
});

test('one count serves all who ask within a minute', async () => {
  let now = 0;
  const count = census(folder, folder, () => now);
  expect(await Promise.all([count(), count()])).toEqual(['0 0 0', '0 0 0']);
  add('a@b');
  expect(await count()).toBe('0 0 0');
  now = 60_001;
  expect(await count()).toBe('1 0 0');
});
