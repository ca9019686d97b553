import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addJob, attemptName, parseAttempt, readJob } from '../../../src/relay/lib/push-queue.ts';
import { CONNECTIONS } from '../../../src/relay/notifier/gateway.ts';
import { workOff } from '../../../src/relay/notifier/main.ts';
import type { Push } from '../../../src/relay/notifier/retry.ts';

const now = () => Math.floor(Date.now() / 1000);

let folder: string;
let running: { close: () => void } | undefined;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notifier-'));
  mkdirSync(join(folder, 'dead'));
  lines = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  running?.close();
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

const names = () => readdirSync(folder).filter((name) => name !== 'dead');
const add = (token: string) => addJob(folder, { address: 'a', token }, now());
/** Places a job whose turn is as given. */
const place = (token: string, turn: { due: number; tries?: number; since?: number }) =>
  writeFileSync(
    join(folder, attemptName({ tries: 0, since: now(), id: token, ...turn })),
    JSON.stringify({ address: 'a', token }),
  );
const until = async (is: () => boolean) => {
  const watchers = [watch(folder), watch(join(folder, 'dead'))];
  while (!is()) await Promise.race(watchers.map((watcher) => once(watcher, 'change')));
  for (const watcher of watchers) watcher.close();
};
/** Starts it with these answers, in order, the last one for ever; gives the tokens as they are pushed. */
const start = (...answers: (number | string)[]): string[] => {
  const pushed: string[] = [];
  running = workOff(folder, async (token) => answers[Math.min(pushed.push(token), answers.length) - 1] ?? 0);
  return pushed;
};

test('what was there before and what comes later is pushed, and then gone', async () => {
  await add('before');
  const pushed = start(200);
  await until(() => names().length === 0);
  await add('later');
  await until(() => names().length === 0 && pushed.length > 1);
  expect(pushed).toEqual(['before', 'later']);
  expect(lines).toEqual([]);
});

test('a dead token is put where doveauth forgets it', async () => {
  await add('one');
  start(410);
  await until(() => names().length === 0 && readdirSync(join(folder, 'dead')).length > 0);
  const [name = ''] = readdirSync(join(folder, 'dead'));
  expect(await readJob(join(folder, 'dead', name))).toEqual({ address: 'a', token: 'one' });
});

test.each<[number | string]>([[500], [404], ['ECONNREFUSED']])(
  'after %s it stays for a later turn',
  async (answer) => {
    await add('one');
    const pushed = start(answer);
    await until(() => names().some((name) => parseAttempt(name)?.tries === 1));
    const turn = parseAttempt(names()[0] ?? '');
    expect((turn?.due ?? 0) - (turn?.since ?? 0)).toBeGreaterThanOrEqual(8);
    expect(pushed).toEqual(['one']);
    expect(lines).toEqual([`<4>push: 1 failed, the last with ${answer}\n`]);
  },
);

test('its turn comes, also when this was restarted', async () => {
  place('one', { due: now() + 1, tries: 2 });
  const pushed = start(200);
  expect(pushed).toEqual([]);
  await until(() => names().length === 0);
  expect(pushed).toEqual(['one']);
});

test('five hours after the message it is given up', async () => {
  place('old', { due: now(), tries: 1, since: now() - 18_000 });
  const pushed = start(500);
  await until(() => names().length === 0);
  expect(pushed).toEqual(['old']);
});

test('what is not a job, or was left half written, goes; what is being written stays', async () => {
  writeFileSync(join(folder, attemptName({ due: 1, tries: 0, since: 1, id: 'bad' })), '{"address"');
  writeFileSync(join(folder, '.1-0-1-half'), '{"add');
  const being = `.${attemptName({ due: now(), tries: 0, since: now(), id: 'new' })}`;
  writeFileSync(join(folder, being), '');
  const pushed = start(200);
  await until(() => names().length === 1);
  expect(names()).toEqual([being]);
  expect(pushed).toEqual([]);
});

test('many wait without all being tried at once, and what is new need not wait for them', async () => {
  for (let i = 0; i < 500; i++) place(`old${i}`, { due: now() - 1, tries: 1 });
  let most = 0;
  const waiting = new Map<string, () => void>();
  const push: Push = (token) =>
    new Promise((resolve) => {
      waiting.set(token, () => {
        waiting.delete(token);
        resolve(200);
      });
      most = Math.max(most, waiting.size);
    });
  running = workOff(folder, push);
  await vi.waitUntil(() => waiting.size === CONNECTIONS - 8);
  await add('new');
  await vi.waitUntil(() => waiting.has('new'));
  waiting.get('new')?.();
  const emptied = until(() => names().length === 0);
  const release = setInterval(() => {
    for (const done of waiting.values()) done();
  });
  await emptied;
  clearInterval(release);
  expect(most).toBeLessThanOrEqual(CONNECTIONS);
});
