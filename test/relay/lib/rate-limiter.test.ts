import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rateLimiter } from '../../../src/relay/lib/rate-limiter.ts';

test('a burst, then the rate', () => {
  let time = 0;
  const maySend = rateLimiter(60, 3, () => time);
  const at = (when: number) => {
    time = when;
    return maySend('alice');
  };
  const when = [0, 0, 0, 0, 500, 1000, 1001, 1900, 2000, 2000, 9000, 9000, 9000, 9000];
  const may = [true, true, true, false, false, true, false, false, true, false, true, true, true, false];
  expect(when.map(at)).toEqual(may);
});

test('senders do not affect one another', () => {
  const maySend = rateLimiter(1, 1, () => 0);
  expect(['alice', 'bob', 'alice', 'bob'].map(maySend)).toEqual([true, true, false, false]);
});

test('never more than burst and rate together, in any span', () => {
  const spans = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 200 });
  const setting = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(spans, setting, setting, (waits, perMinute, burst) => {
      let time = 0;
      const maySend = rateLimiter(perMinute, burst, () => time);
      let sent = 0;
      for (const wait of waits) {
        time += wait;
        if (maySend('alice')) sent++;
        expect(sent).toBeLessThanOrEqual(burst + ((time + 1) * perMinute) / 60_000);
      }
    }),
  );
});

test('half a million senders are forgotten in time, and do not slow it', () => {
  let time = 0;
  const maySend = rateLimiter(60, 1, () => time);
  for (let i = 0; i < 500_000; i++) {
    time++;
    maySend(`sender${i}`);
  }
  expect(maySend('sender499999')).toBe(false);
  expect(maySend('sender1')).toBe(true);
});
