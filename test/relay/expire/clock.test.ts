import { expect, test } from 'vitest';
import { judgeClock } from '../../../src/relay/expire/clock.ts';

const DAY = 86_400;
const NOW = 20_000 * DAY;
const GOOD = { now: NOW, isSynchronised: true, isHosts: false };

test.each([
  ['the first run of a new relay', {}, {}, undefined],
  ['a day later', { lastRun: NOW - DAY }, {}, undefined],
  ['after three days', { lastRun: NOW - 3 * DAY }, {}, undefined],
  ['after four', { lastRun: NOW - 4 * DAY }, {}, /^the clock is 4 days ahead of the last run: /],
  ['after two years', { lastRun: NOW - 730 * DAY }, {}, /^the clock is 730 days ahead of the last run: /],
  ['before the last run', { lastRun: NOW + 30 * DAY }, {}, /^the clock is 30 days behind the last run: /],
  ['a little before it', { lastRun: NOW + DAY }, {}, undefined],
  ['without NTP', { lastRun: NOW - DAY }, { isSynchronised: false }, /^the clock is not synchronised/],
  [
    'without NTP, in a container',
    { lastRun: NOW - DAY },
    { isSynchronised: false, isHosts: true },
    undefined,
  ],
  ['without NTP, the first', {}, { isSynchronised: false }, /^the clock is not synchronised/],
  ['where the kernel does not say', { lastRun: NOW - DAY }, { isSynchronised: undefined }, undefined],
  ['far, in a container', { lastRun: NOW - 9 * DAY }, { isHosts: true }, /^the clock is 9 days ahead/],
])('%s', (_, record, facts, refusal) => {
  const judged = judgeClock(record, { ...GOOD, ...facts });
  if (refusal === undefined) expect(judged).toEqual({ lastRun: NOW });
  else expect(judged).toMatchObject({ ...record, refusal: expect.stringMatching(refusal) });
});

/** The clocks of daily runs, and whether each deletes. */
const runs = (start: number, ...nows: number[]): boolean[] => {
  let record: ReturnType<typeof judgeClock> = { lastRun: start };
  return nows.map((now) => {
    record = judgeClock(record, { ...GOOD, now });
    return record.refusal === undefined;
  });
};
const daily = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i * DAY);

test('a machine that was off for months works again by itself after a week', () => {
  expect(runs(NOW, ...daily(NOW + 200 * DAY, 10))).toEqual([...Array(7).fill(false), true, true, true]);
});

test('a clock that jumps back in that week is right again, and a later jump begins another week', () => {
  const jump = NOW + 700 * DAY;
  expect(runs(NOW, jump, jump + DAY, NOW + 2 * DAY, NOW + 3 * DAY, jump + 7 * DAY, jump + 8 * DAY)).toEqual([
    ...[false, false, true, true, false, false],
  ]);
});

test('a clock that is somewhere else every day is never believed', () => {
  expect(runs(NOW, ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => NOW + n * 100 * DAY))).not.toContain(true);
});
