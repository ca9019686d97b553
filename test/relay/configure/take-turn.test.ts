import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { takeTurn } from '../../../src/relay/configure/take-turn.ts';

const lockFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'turn-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'run', 'lock');
};

test('one at a time: the next waits, and gives up in words', async () => {
  const path = lockFile();
  const end = takeTurn(true, path);
  expect(takeTurn(false, path)).toBeUndefined();
  expect(() => takeTurn(true, path, 0.1)).toThrow(
    'another `chatmail configure` does not end: stop it, and try again',
  );
  end?.();
  end?.();
  const next = takeTurn(false, path);
  expect(next).toBeDefined();
  next?.();
});

test('who waits is let in when the other process ends', async () => {
  const path = lockFile();
  takeTurn(true, path)?.();
  const other = execa('flock', [path, 'sh', '-c', 'echo; sleep 0.3']);
  await new Promise((resolve) => other.stdout.once('data', resolve));
  expect(takeTurn(false, path)).toBeUndefined();
  takeTurn(true, path)?.();
  await other;
});
