import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load-settings.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'chatmail-settings-'));
  await writeFile(join(cwd, 'a.yaml'), '\ufeffmax_load_1m: 3\n');
  await writeFile(join(cwd, 'a.ini'), '[params]\nmax_load_1m = 4\n');
  await writeFile(join(cwd, 'latin1.yaml'), Buffer.from('privacy_pdo: Stra\xdfe\n', 'latin1'));
  await writeFile(join(cwd, 'utf16.yaml'), Buffer.from('\ufeffmax_load_1m: 3\n', 'utf16le'));
  await writeFile(join(cwd, 'huge.yaml'), '€'.repeat(1_000_000));
});
afterAll(() => rm(cwd, { recursive: true }));

test.each<[string, object, number, string | undefined]>([
  ['a YAML file', { config: 'a.yaml' }, 3, 'a.yaml'],
  ['an ini file', { config: 'a.ini' }, 4, 'a.ini'],
  ['a flag over a file', { config: 'a.yaml', set: ['max_load_1m=9'] }, 9, 'a.yaml'],
  ['a flag alone', { set: ['max_load_1m=9'] }, 9, undefined],
  ['nothing', {}, 5, undefined],
])('%s', async (_, input, value, file) =>
  expect(await loadSettings({ cwd, ...input })).toMatchObject({
    file,
    result: { ok: true, value: { max_load_1m: value } },
  }),
);

test.each([
  ['latin1.yaml', 'not-text'],
  ['utf16.yaml', 'not-text'],
  ['huge.yaml', 'too-large'],
  ['/dev/zero', 'too-large'],
])('%s: %s', async (config, code) =>
  expect(await loadSettings({ cwd, config })).toMatchObject({ result: { ok: false, problems: [{ code }] } }),
);

test('a file that was named must be there', () =>
  expect(loadSettings({ cwd, config: 'none.yaml' })).rejects.toThrow('ENOENT'));
