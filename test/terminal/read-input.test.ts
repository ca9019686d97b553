import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { PROJECT } from '../../src/package/paths.ts';
import { readInput, readStart } from '../../src/terminal/read-input.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-input-'));
  writeFileSync(at('file'), 'a'.repeat(100_000));
  writeFileSync(at('empty'), '');
  for (const name of ['fifo', 'slow', 'silent']) execFileSync('mkfifo', [at(name)]);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a file is read whole, or as much as is wanted', async () => {
  expect((await readInput(at('file'))).length).toBe(100_000);
  expect((await readStart(at('file'), 70_000)).length).toBe(70_000);
  expect((await readInput(at('empty'))).length).toBe(0);
  expect((await readInput('/dev/null')).length).toBe(0);
});

test.each([
  ['a folder', '/tmp', {}, '/tmp is a folder'],
  ['a file that is too large', 'file', { maxBytes: 99_999 }, 'more than 99999 bytes'],
  ['what is not there', 'none', {}, 'ENOENT'],
  ['a pipe without a writer', 'fifo', { patienceMs: 50 }, 'is a pipe without a writer'],
])('%s is an error', async (_, path, options, message) => {
  await expect(readInput(path.startsWith('/') ? path : at(path), options)).rejects.toThrow(message);
});

test('a pipe is read to its end, however slowly it comes', async () => {
  const reading = readInput(at('slow'));
  const writer = await open(at('slow'), 'w');
  await writer.write('mail_domain: ');
  await writer.write('a.example\n');
  await writer.close();
  expect(String(Buffer.from(await reading))).toBe('mail_domain: a.example\n');
});

test('a signal ends the wait for a writer that says nothing', async () => {
  const controller = new AbortController();
  const reading = readInput(at('silent'), { signal: controller.signal });
  const writer = await open(at('silent'), 'w');
  onTestFinished(() => writer.close());
  controller.abort();
  await expect(reading).rejects.toThrow('aborted');
});

const CLI = join(PROJECT, 'lib/cli.js');

test.each([
  '"$0" "$1" check --config <(echo mail_domain: a.example)',
  'echo mail_domain: a.example | "$0" "$1" check --config /dev/stdin',
])('the program reads its settings from a pipe: %s', (script) => {
  const stdout = execFileSync('bash', ['-c', script, process.execPath, CLI], { encoding: 'utf8' });
  expect(stdout).toContain('good, a.example');
});

test('SIGINT ends the program while it waits for a pipe', async () => {
  const child = spawn(process.execPath, [CLI, 'check', '--config', at('silent')], { stdio: 'ignore' });
  const writer = await open(at('silent'), 'w'); // until the program has opened it
  onTestFinished(() => writer.close());
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
});
