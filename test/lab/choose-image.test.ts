import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseImage, type Image, preferred } from '../../src/lab/choose-image.ts';

const tar: Image = { path: '/d/a.tar', kind: 'tar' };
const disk: Image = { path: '/d/a.qcow2', kind: 'qcow2' };
const raw: Image = { path: '/d/a.raw', kind: 'raw' };

test.each([
  ['root, both', [disk, tar], undefined, true, tar],
  ['root, a disk alone', [disk], undefined, true, disk],
  ['another user, both', [tar, disk], undefined, false, disk],
  ['another user, a tar alone', [tar], undefined, false, undefined],
  ['the newest disk', [raw, disk], 'qemu', true, raw],
  ['root, who wants QEMU', [tar, disk], 'qemu', true, disk],
  ['root, who wants a container', [disk], 'nspawn', true, undefined],
] as const)('%s', (_, images, backend, isRoot, expected) => {
  expect(preferred(images, { backend, isRoot, folder: '/d' })).toBe(expected);
});

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatmail-test-'));
  const qcow2 = Buffer.from('QFI\xfb', 'latin1');
  for (const [name, time] of [
    ['old.qcow2', 1],
    ['new.qcow2', 2],
    ['notes.txt', 3],
    ['fake.qcow2', 4],
  ] as const) {
    await writeFile(join(folder, name), name.endsWith('.txt') || name === 'fake.qcow2' ? 'x' : qcow2);
    await utimes(join(folder, name), time, time);
  }
});
afterAll(() => rm(folder, { recursive: true }));

test('of what was built the newest that is an image', async () => {
  expect(await chooseImage({ folder, isRoot: true, program: 'chatmail-image' })).toEqual({
    path: join(folder, 'new.qcow2'),
    kind: 'qcow2',
  });
});

const failing = [
  ['nothing built', {}, 'nowhere', 'there is no image in', 'chatmail-image build --format qcow2` makes one'],
  [
    'no tar',
    { backend: 'nspawn' },
    '',
    'there is no image for --backend nspawn',
    'chatmail-image build --format tar',
  ],
  ['no such file', { image: '/nowhere/x' }, '', '/nowhere/x cannot be read: ENOENT', ''],
  ['not an image', { image: 'notes.txt' }, '', 'is not an image', 'qcow2 or raw disks'],
  [
    'the wrong kind',
    { image: 'new.qcow2', backend: 'nspawn' },
    '',
    'is for --backend qemu',
    '--format tar` makes one',
  ],
] as const;

test.each(failing)('%s', async (_, choice, below, message, hint) => {
  const image =
    'image' in choice
      ? { image: choice.image.startsWith('/') ? choice.image : join(folder, choice.image) }
      : {};
  const choosing = chooseImage({
    program: 'chatmail-image',
    isRoot: false,
    folder: join(folder, below),
    ...choice,
    ...image,
  });
  const error = await choosing.catch((reason) => reason);
  expect(error.message).toContain(message);
  expect(error.hint ?? '').toContain(hint);
});
