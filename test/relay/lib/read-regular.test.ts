import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readRegular } from '../../../src/relay/lib/read-regular.ts';

test.each<[string, (path: string) => unknown, unknown]>([
  ['a file', (path) => writeFileSync(path, 'text'), 'text'],
  ['an empty file', (path) => writeFileSync(path, ''), ''],
  ['nothing', () => {}, undefined],
  ['a link', (path) => symlinkSync('/etc/hostname', path), 'ELOOP'],
  ['a FIFO that nobody writes to', (path) => execFileSync('mkfifo', [path]), 'ENOTFILE'],
  ['a folder', (path) => mkdirSync(path), 'ENOTFILE'],
  ['a large file', (path) => writeFileSync(path, Buffer.alloc(101)), 'EFBIG'],
])('%s', (_, make, found) => {
  const folder = mkdtempSync(join(tmpdir(), 'read-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  make(join(folder, 'file'));
  const read = () => {
    try {
      return readRegular(join(folder, 'file'), 100)?.toString();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  };
  expect(read()).toBe(found);
});
