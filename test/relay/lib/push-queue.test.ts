import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addJob, attemptName, parseAttempt, readJob } from '../../../src/relay/lib/push-queue.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'push-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a name tells the turn', () => {
  const turn = { due: 20, tries: 3, since: 10, id: 'ab_1' };
  expect(attemptName(turn)).toBe('20-3-10-ab_1');
  expect(parseAttempt('20-3-10-ab_1')).toEqual(turn);
});

test.each([
  '',
  'dead',
  '.1-0-1-a',
  '1-0-1',
  '1-0-1-',
  '1-10-1-a',
  '-1-0-1-a',
  '1-0-1-a/b',
  'x-0-1-a',
  `${'1'.repeat(13)}-0-1-a`,
])('%j is not of a job', (name) => expect(parseAttempt(name)).toBeUndefined());

test('any name is of a job with the same name, or of none', () =>
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,13}-\d{1,2}-\d{1,13}-\w{1,3}$/)), (name) => {
      const turn = parseAttempt(name);
      if (turn) expect(parseAttempt(attemptName(turn))).toEqual(turn);
    }),
  ));

test('a job is written whole, for the group to read', async () => {
  const before = process.umask(0o077);
  await addJob(folder, { address: 'a@b', token: 'x"\\y' }, 7);
  process.umask(before);
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(parseAttempt(name)).toMatchObject({ due: 7, tries: 0, since: 7 });
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o640);
  expect(await readJob(join(folder, name))).toEqual({ address: 'a@b', token: 'x"\\y' });
});

test('a job that is gone is none', async () => expect(await readJob(join(folder, 'gone'))).toBeUndefined());

test('whatever a file holds, it is a job or none', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.json(),
        fc.string().map((s) => s.padEnd(9000)),
      ),
      async (content) => {
        writeFileSync(join(folder, 'x'), content);
        const job = await readJob(join(folder, 'x'));
        if (job) expect([typeof job.address, typeof job.token]).toEqual(['string', 'string']);
      },
    ),
  ));
