import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addJob } from '../../../src/relay/lib/push-queue.ts';
import { forgetDead } from '../../../src/relay/metadata/forget-dead.ts';
import { addToken, deviceTokens } from '../../../src/relay/metadata/tokens.ts';

const NOW = 1_700_000_000;
let root: string;
let dead: string;
let running: { close: () => void };
let lines: string[];
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'dead-'));
  dead = join(root, 'queue/dead');
  for (const folder of [dead, join(root, 'a')]) mkdirSync(folder, { recursive: true });
  for (const token of ['one', 'two']) await addToken(join(root, 'a'), token, NOW);
  lines = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  running.close();
  rmSync(root, { recursive: true });
  vi.restoreAllMocks();
});

const start = () => {
  running = forgetDead(
    join(root, 'queue'),
    (address) => (address === 'a' ? join(root, 'a') : undefined),
    () => NOW,
  );
};
const emptied = async () => {
  const watcher = watch(dead);
  while (readdirSync(dead).length > 0) await once(watcher, 'change');
  watcher.close();
};
const tokens = () => deviceTokens(join(root, 'a'), NOW);

test('what died while nobody looked is forgotten, and what dies then', async () => {
  await addJob(dead, { address: 'a', token: 'one' }, NOW);
  start();
  await emptied();
  expect(tokens()).toEqual(['two']);
  await addJob(dead, { address: 'a', token: 'two' }, NOW);
  await emptied();
  expect(tokens()).toEqual([]);
  expect(lines).toEqual([]);
});

test.each([
  ['nonsense', () => writeFileSync(join(dead, '1-0-1-x'), '{')],
  ['nothing', () => writeFileSync(join(dead, '1-0-1-x'), '')],
  ['something else', () => writeFileSync(join(dead, '1-0-1-x'), '[null]')],
  [
    'something large',
    () => writeFileSync(join(dead, '1-0-1-x'), `{"address":"a","token":"one","x":"${'x'.repeat(9000)}"}`),
  ],
  ['somebody unknown', () => writeFileSync(join(dead, '1-0-1-x'), '{"address":"b","token":"one"}')],
  ['a token unknown', () => writeFileSync(join(dead, '1-0-1-x'), '{"address":"a","token":"three"}')],
])('%s goes, and nothing else', async (_, place) => {
  start();
  place();
  await emptied();
  expect(tokens()).toEqual(['one', 'two']);
  expect(lines).toEqual([]);
});

test('a link is not followed, and nothing waits for it', async () => {
  writeFileSync(join(root, 'elsewhere'), '{"address":"a","token":"one"}');
  symlinkSync(join(root, 'elsewhere'), join(dead, '1-0-1-link'));
  start();
  await addJob(dead, { address: 'a', token: 'two' }, NOW);
  const watcher = watch(dead);
  while (readdirSync(dead).length > 1) await once(watcher, 'change');
  watcher.close();
  expect(tokens()).toEqual(['one']);
  expect(existsSync(join(root, 'elsewhere'))).toBe(true);
  expect(lines[0]).toBe('<3>dead token: ELOOP\n');
});
