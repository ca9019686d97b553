import { expect, test } from 'vitest';
import { isDue, nextAttempt } from '../../../src/relay/notifier/retry.ts';

const FIRST = { due: 1000, tries: 0, since: 1000, id: 'a' };

test('a push that always fails is tried after 8ⁿ seconds, and never after five hours', () => {
  const times: number[] = [];
  for (let turn = nextAttempt(FIRST, FIRST.due); turn; turn = nextAttempt(turn, turn.due))
    times.push(turn.due - 1000);
  expect(times).toEqual([8, 8 + 64, 8 + 64 + 512, 8 + 64 + 512 + 4096]);
});

test.each([
  [18_992, { ...FIRST, due: 19_000, tries: 1 }],
  [18_993, undefined],
])('failed at %d', (now, turn) => expect(nextAttempt(FIRST, now)).toEqual(turn));

test.each([
  [1000, 1000, true],
  [1001, 1000, false],
  [1000 + 4096, 1000, false],
  // named under a clock that was ahead
  [1000 + 4097, 1000, true],
])('due %d at %d: %s', (due, now, answer) => expect(isDue({ ...FIRST, due }, now)).toBe(answer));
