import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { counter, readTotals } from '../../../src/relay/lib/metrics.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  file = join(folder, 'totals.json');
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});
const later = () => vi.advanceTimersByTime(1000);

test('what is counted is written once, a while after', () => {
  const count = counter(file);
  count('accounts_created');
  count('accounts_created');
  count('mail', { direction: 'incoming', result: 'signature' });
  count('expired', { what: 'message' }, 40);
  expect(readdirSync(folder)).toEqual([]);
  later();
  expect(readTotals(file)).toEqual({
    accounts_created: 2,
    'mail{direction="incoming",result="signature"}': 1,
    'expired{what="message"}': 40,
  });
});

test('the next process goes on from there', () => {
  counter(file)('accounts_created');
  later();
  counter(file)('accounts_created');
  later();
  expect(readTotals(file)).toEqual({ accounts_created: 2 });
});

test('labels without end take no room without end', () => {
  const count = counter(file);
  for (let i = 0; i < 1000; i++) count('accounts_refused', { reason: String(i) });
  count('accounts_refused', { reason: '7' });
  later();
  expect(Object.keys(readTotals(file))).toHaveLength(100);
  expect(readTotals(file)['accounts_refused{reason="7"}']).toBe(2);
});

test('a folder that is gone stops nobody', () => {
  const count = counter(join(folder, 'gone', 'totals.json'));
  count('accounts_created');
  expect(later).not.toThrow();
});

test.each(['', '{', '[]', '3', 'null', '{"a": "b", "c": {}}'])('%j has no totals', (text) => {
  writeFileSync(file, text);
  expect(readTotals(file)).toEqual({});
});
