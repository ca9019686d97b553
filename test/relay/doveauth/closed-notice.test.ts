import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepNotice } from '../../../src/relay/doveauth/closed-notice.ts';
import { BY_INVITATION } from '../../../src/relay/lib/invitations.ts';

let folder: string;
beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'notice-'));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test('while there are no new addresses a file says why, for everybody to read', () => {
  const file = join(folder, 'closed.html');
  writeFileSync(file, 'of a service that was killed');
  let reason: string | undefined;
  const { close } = keepNotice(file, () => reason);
  expect(existsSync(file)).toBe(false);
  for (const why of ['load too high', 'not enough disk space']) {
    reason = why;
    vi.advanceTimersByTime(5000);
    expect(readFileSync(file, 'utf8')).toContain(`not available at the moment: ${why}.`);
    expect(statSync(file).mode & 0o777).toBe(0o644);
  }
  reason = undefined;
  vi.advanceTimersByTime(5000);
  expect(existsSync(file)).toBe(false);
  close();
});

test('where people join by invitation, it says so', () => {
  const file = join(folder, 'closed.html');
  const { close } = keepNotice(file, () => BY_INVITATION);
  expect(readFileSync(file, 'utf8')).toContain('This relay is for invited people');
  close();
});

test('where it cannot be written, that is logged, and tried again', () => {
  const lines = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { look, close } = keepNotice(join(folder, 'none/closed.html'), () => 'load too high');
  look();
  expect(lines.mock.calls).toEqual([['<3>notice: ENOENT\n'], ['<3>notice: ENOENT\n']]);
  close();
});
