import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nudger } from '../../../src/relay/doveauth/nudge.ts';

let home: string;
beforeEach(() => {
  vi.useFakeTimers();
  home = mkdtempSync(join(tmpdir(), 'nudge-'));
  mkdirSync(join(home, 'new'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(home, { recursive: true });
});

/** Sets the folder's time back by so many seconds, so that a change shows in it. */
let before: number;
const forget = (seconds = 1) => {
  before = Math.floor(Date.now() / 1000) - seconds;
  utimesSync(join(home, 'new'), before, before);
};
const isChanged = () => statSync(join(home, 'new')).mtimeMs !== before * 1000;
const deliver = (secondsAgo = 1) => {
  writeFileSync(join(home, 'new/1.mail'), '');
  forget(secondsAgo);
};

test('new mail that nobody took is told again after 600 ms and after 2 s, and nothing stays behind', () => {
  deliver();
  nudger()(home);
  vi.advanceTimersByTime(599);
  expect(isChanged()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(isChanged()).toBe(true);
  forget();
  vi.advanceTimersByTime(1400);
  expect(isChanged()).toBe(true);
  forget();
  vi.advanceTimersByTime(60_000);
  expect(isChanged()).toBe(false);
  expect(existsSync(join(home, 'new/.nudge'))).toBe(false);
});

test('a folder without new mail is left alone', () => {
  forget();
  nudger()(home);
  vi.advanceTimersByTime(5000);
  expect(isChanged()).toBe(false);
});

test('a login is no news of mail that came long before', () => {
  deliver(9);
  nudger()(home);
  vi.advanceTimersByTime(5000);
  expect(isChanged()).toBe(false);
});

test('a later delivery puts it off', () => {
  deliver();
  const nudge = nudger();
  nudge(home);
  vi.advanceTimersByTime(500);
  nudge(home);
  vi.advanceTimersByTime(500);
  expect(isChanged()).toBe(false);
  vi.advanceTimersByTime(100);
  expect(isChanged()).toBe(true);
});

test('an address without a mailbox yet is no trouble', () => {
  nudger()(join(home, 'none'));
  expect(() => vi.advanceTimersByTime(5000)).not.toThrow();
});
