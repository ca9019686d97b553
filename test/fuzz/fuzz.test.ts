import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { fuzz } from './fuzz.ts';
import { TARGETS } from './targets.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** A little of what `npm run fuzz` does at length; another beginning every day. */
const seed = Math.floor(Date.now() / 86_400_000);

test.each(Object.entries(TARGETS))(
  'whatever comes, %s serves on',
  async (_, make) => {
    const target = await make(folder);
    try {
      await fuzz(target, { seed, runs: 500 });
      expect(target.accepted()).toBeGreaterThan(0);
    } finally {
      await target.close?.();
    }
  },
  60_000,
);

test.each([
  ['keeps', Number.POSITIVE_INFINITY, /^case 2048: memory grew by \d+ MiB$/],
  ['drops', 1, undefined],
])('a reader that %s what it was sent', async (_, most, problem) => {
  const kept: Buffer[] = [];
  const check = () => {
    kept.push(Buffer.alloc(100_000, 1));
    if (kept.length > most) kept.shift();
  };
  const target = { name: 'x', generate: () => Buffer.alloc(0), check, probe: () => {}, accepted: () => 0 };
  const found = await fuzz(target, { seed, runs: 4096 }).catch((error: Error) => error.message);
  if (problem) expect(found).toMatch(problem);
  else expect(found).toBeUndefined();
});
