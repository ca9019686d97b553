import { expect, test } from 'vitest';
import { kindOfBytes } from '../../src/lab/image-kind.ts';

const head = (bytes: string, offset = 0): Buffer => {
  const block = Buffer.alloc(512);
  block.write(bytes, offset, 'latin1');
  return block;
};

test.each([
  ['qcow2', head('QFI\xfb'), 'qcow2'],
  ['a tar', head('ustar', 257), 'tar'],
  ['zstd', head('\x28\xb5\x2f\xfd'), 'tar'],
  ['gzip', head('\x1f\x8b\x08'), 'tar'],
  ['xz', head('\xfd7zXZ\0'), 'tar'],
  ['a boot sector', head('\x55\xaa', 510), 'raw'],
  ['zeros', head(''), undefined],
  ['a text', head('#cloud-config'), undefined],
])('%s', (_, bytes, kind) => {
  expect(kindOfBytes(bytes)).toBe(kind);
});
