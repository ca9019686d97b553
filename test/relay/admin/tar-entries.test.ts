import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type TarEntry, TarError, tarEntries } from '../../../src/relay/admin/tar-entries.ts';
import { TAR_END, tarBlocks, tarHeader } from '../tar-writer.ts';

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

type Read = readonly [name: string, kind: TarEntry['kind'], content: string];

const readTar = async (tar: Buffer, chunk = 1000, isRead = () => true): Promise<Read[]> => {
  const found: Read[] = [];
  for await (const { name, kind, target, content } of tarEntries(inChunks(tar, chunk))) {
    let text = target;
    if (isRead()) for await (const part of content()) text += part;
    found.push([name, kind, text]);
  }
  return found;
};

/** What tar(1) makes of a small tree with everything in it that is hard to write down. */
const tarOf = (...options: string[]): Buffer => {
  const folder = mkdtempSync(join(tmpdir(), 'tar-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const long = join(folder, 'd'.repeat(120));
  mkdirSync(long);
  writeFileSync(join(long, 'f'.repeat(120)), 'x'.repeat(1500));
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'ä'), 'umlaut');
  utimesSync(join(folder, 'ä'), 1_790_035_200.25, 1_790_035_200.25);
  symlinkSync('e'.repeat(150), join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  return execFileSync('tar', [...options, '--create', '--sort=name', '-C', folder, '.'], {
    maxBuffer: 1 << 24,
  });
};

const TREE: Read[] = [
  ['./', 'folder', ''],
  [`./${'d'.repeat(120)}/`, 'folder', ''],
  [`./${'d'.repeat(120)}/${'f'.repeat(120)}`, 'file', 'x'.repeat(1500)],
  ['./empty', 'file', ''],
  ['./fifo', 'other', ''],
  ['./link', 'link', 'e'.repeat(150)],
  [`./${Buffer.from('ä').toString('latin1')}`, 'file', 'umlaut'],
];

describe('what tar(1) writes is read, however it comes in pieces', () => {
  test.each([
    ['gnu', 1000],
    ['gnu', 1],
    ['pax', 512],
    ['pax', 1 << 20],
  ])('%s in pieces of %i bytes', async (format, chunk) =>
    expect(await readTar(tarOf(`--format=${format}`, '--xattrs'), chunk)).toEqual(TREE),
  );

  test('content that nobody asks for is passed over', async () => {
    const names = (await readTar(tarOf('--format=pax'), 700, () => false)).map(([name]) => name);
    expect(names).toEqual(TREE.map(([name]) => name));
  });

  test('times and sizes', async () => {
    for await (const { name, size, mtime } of tarEntries(inChunks(tarOf('--format=pax'), 4096)))
      if (name.endsWith('\xc3\xa4')) expect([size, mtime]).toEqual([6, 1_790_035_200.25]);
  });
});

const header = (fields: Record<number, string> = {}, isRight = true): Buffer =>
  tarHeader({ name: 'name' }, fields, isRight);
const octal = (size: number) => `${size.toString(8).padStart(11, '0')}\0`;

test('a good header is read', async () =>
  expect(await readTar(Buffer.concat([header(), TAR_END]))).toEqual([['name', 'file', '']]));

test.each<[string, Buffer[]]>([
  ['nothing', []],
  ['text', [Buffer.from('mail_domain: x\n'.repeat(100))]],
  ['a wrong sum', [header({}, false), TAR_END]],
  ['no end', [header()]],
  ['half an end', [header(), Buffer.alloc(512)]],
  ['something behind the first zeros', [header(), Buffer.alloc(512), header(), TAR_END]],
  ['content that is cut off', [header({ 124: octal(1000) }), Buffer.alloc(512)]],
  ['a link with content', [header({ 124: octal(5), 156: '2' }), tarBlocks('12345'), TAR_END]],
  ['a folder with content', [header({ 124: octal(5), 156: '5' }), tarBlocks('12345'), TAR_END]],
  ['a size that is none', [header({ 124: 'zzzzzzzzzzz\0' }), TAR_END]],
  [
    'a size beyond all numbers',
    [header({ 124: '\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' }), TAR_END],
  ],
  ['a negative size', [header({ 124: '-0000000005\0' }), TAR_END]],
  ['a huge name', [header({ 124: octal(2 ** 21), 156: 'L' }), TAR_END]],
  [
    'a header of pax without an end',
    [header({ 124: octal(9), 156: 'x' }), tarBlocks('99 path=a'), header(), TAR_END],
  ],
  [
    'a header of pax with no length',
    [header({ 124: octal(8), 156: 'x' }), tarBlocks(' path=a\n'), header(), TAR_END],
  ],
  [
    'a size in a header of pax',
    [header({ 124: octal(11), 156: 'x' }), tarBlocks('11 size=-5\n'), header(), TAR_END],
  ],
  ['an endless tail', [header(), TAR_END, Buffer.alloc(2 ** 21)]],
])('%s is no tar', async (_, blocks) => {
  await expect(readTar(Buffer.concat(blocks))).rejects.toThrow(TarError);
});

test('headers before an entry that nobody asked for are forgotten', async () => {
  const header = (n: number) => {
    const record = (length: number): string => {
      const text = `${length} comment${n}=${'x'.repeat(500_000)}\n`;
      return text.length === length ? text : record(text.length);
    };
    const content = record(1);
    return Buffer.concat([tarHeader({ name: 'pax', type: 'x', content }), tarBlocks(content)]);
  };
  async function* hostile(): AsyncGenerator<Buffer> {
    for (let n = 0; n < 400; n++) yield header(n);
    yield tarHeader({ name: 'a' });
    yield TAR_END;
  }
  const before = process.memoryUsage.rss();
  const names: string[] = [];
  for await (const { name } of tarEntries(hostile())) names.push(name);
  expect(names).toEqual(['a']);
  // 200 MB were read.
  expect(process.memoryUsage.rss() - before).toBeLessThan(120e6);
});
