import { describe, expect, test } from 'vitest';
import { patchBootImage, patchCoreImage } from '../../src/image/grub-bios.ts';

const filled = (length: number): Uint8Array => new Uint8Array(length).fill(0xaa);
const number = (bytes: Uint8Array, at: number): bigint => new DataView(bytes.buffer).getBigUint64(at, true);

describe('boot.img', () => {
  test('is told where core.img begins, and ends before the partition table', () => {
    const code = patchBootImage(filled(512), 2048);
    expect(code).toHaveLength(440);
    expect(number(code, 0x5c)).toBe(2048n);
    expect([...code.slice(0x66, 0x68)]).toEqual([0x90, 0x90]);
  });

  test('is not changed elsewhere, nor in its original', () => {
    const original = filled(512);
    const code = patchBootImage(original, 2048);
    const changed = [...code.entries()].filter(([, byte]) => byte !== 0xaa).map(([at]) => at);
    expect(changed).toEqual([0x5c, 0x5d, 0x5e, 0x5f, 0x60, 0x61, 0x62, 0x63, 0x66, 0x67]);
    expect(original).toEqual(filled(512));
  });

  test.each([511, 513, 0])('of %d bytes is refused', (length) => {
    expect(() => patchBootImage(filled(length), 2048)).toThrow(RangeError);
  });
});

describe('core.img', () => {
  test.each([
    [513, 1],
    [1024, 1],
    [1025, 2],
    [30_000, 58],
  ])('of %d bytes has %d sectors after its first', (length, rest) => {
    const core = patchCoreImage(filled(length), 2048, 1 << 20);
    expect(core).toHaveLength(length);
    expect(number(core, 0x1f4)).toBe(2049n);
    expect(new DataView(core.buffer).getUint16(0x1fc, true)).toBe(rest);
    expect(core.slice(0, 0x1f4)).toEqual(filled(0x1f4));
    expect(core.slice(0x1fe)).toEqual(filled(length - 0x1fe));
  });

  test.each([
    [512, 1 << 20],
    [2000, 1999],
  ])('of %d bytes in %d is refused', (length, room) => {
    expect(() => patchCoreImage(filled(length), 2048, room)).toThrow(RangeError);
  });

  test('fills its partition at most', () => {
    expect(patchCoreImage(filled(2000), 2048, 2000)).toHaveLength(2000);
  });
});
