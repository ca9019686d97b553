import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadSettings } from '../../src/config/load-settings.ts';
import { printProblems } from '../../src/config/print-problems.ts';
import type { SettingsCode } from '../../src/config/problem.ts';
import { PROBLEM_CODES } from '../../src/config/wording.ts';

const FOLDER = join(import.meta.dirname, '../errors');

/** Codes that nothing in a chatmail.yaml can cause. */
const FROM_ELSEWHERE: readonly SettingsCode[] = ['bad-line', 'missing-setting', 'no-effect'];

const cases = (await readdir(FOLDER))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length));
const seen = new Set<SettingsCode>();

const printed = async (cwd: string, config: string): Promise<string> => {
  const { result } = await loadSettings({ cwd, config });
  for (const { code } of result.problems) seen.add(code);
  expect(result.ok).toBe(false);
  return printProblems(result.problems);
};

describe('what is printed for a mistake in chatmail.yaml', () => {
  test.each(cases)('%s', async (name) => {
    await expect(await printed(FOLDER, `${name}.yaml`)).toMatchFileSnapshot(join(FOLDER, `${name}.txt`));
  });

  test('too-large', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chatmail-errors-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'too-large.yaml'), '#'.repeat(65_537));
    const text = await printed(folder, 'too-large.yaml');
    await expect(text).toMatchFileSnapshot(join(FOLDER, 'too-large.txt'));
  });

  test('every code that a chatmail.yaml can cause is among them', () => {
    expect([...seen].sort()).toEqual(PROBLEM_CODES.filter((code) => !FROM_ELSEWHERE.includes(code)).sort());
  });
});
