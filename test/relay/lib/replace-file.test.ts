import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { PROJECT } from '../../../src/package/paths.ts';
import { replaceFile } from '../../../src/relay/lib/replace-file.ts';

const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'replace-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

test('a file is replaced whole, with its mode, and nothing else is left', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  const content = 'ä'.repeat(300_000);
  writeFileSync(path, 'old');
  replaceFile(path, content, 0o600);
  expect(readFileSync(path, 'utf8')).toBe(content);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['file']);
});

test('a link is replaced itself, and no temporary name that somebody else chose is written to', () => {
  const folder = temporaryFolder();
  const [path, other] = [join(folder, 'file'), join(folder, 'other')];
  writeFileSync(other, 'theirs');
  symlinkSync(other, path);
  symlinkSync(other, `${path}.new`);
  replaceFile(path, 'ours');
  expect([readFileSync(path, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['ours', 'theirs']);
  expect(readlinkSync(`${path}.new`)).toBe(other);
});

test('a folder in its place is moved aside, with what is in it', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  mkdirSync(path);
  writeFileSync(join(path, 'inside'), 'kept');
  replaceFile(path, 'ours');
  const [aside = '', ...others] = readdirSync(folder).filter((name) => name !== 'file');
  expect([readFileSync(path, 'utf8'), others]).toEqual(['ours', []]);
  expect(aside).toMatch(/^file\.[0-9a-f]+\.old$/);
  expect(readFileSync(join(folder, aside, 'inside'), 'utf8')).toBe('kept');
});

test('on a full file system the old file stays, and nothing else does', async () => {
  const folder = temporaryFolder();
  const program = join(folder, 'program.cjs');
  await build({
    stdin: {
      contents: `import { replaceFile } from './src/relay/lib/replace-file.ts';
        try { replaceFile('/mnt/file', 'new'.repeat(4000)); console.log('replaced'); }
        catch (error) { console.log(error.code); }`,
      resolveDir: PROJECT,
    },
    bundle: true,
    platform: 'node',
    outfile: program,
  });
  const script = `mount -t tmpfs -o size=8k none /mnt; echo old > /mnt/file; "$@"; ls -A /mnt; cat /mnt/file`;
  const { stdout } = await execa('unshare', [
    ...['--user', '--map-root-user', '--mount'],
    ...['sh', '-euc', script, 'sh', process.execPath, program],
  ]);
  expect(stdout.split('\n')).toEqual(['ENOSPC', 'file', 'old']);
});
