import { expect, test } from 'vitest';
import { LineLength } from '../../../src/relay/filtermail/line-length.ts';

const line = (length: number, end = '\r\n') => 'x'.repeat(length) + end;
const many = line(76).repeat(1000);

// biome-ignore format: one line per case
const BODIES: readonly (readonly [string, string, boolean])[] = [
  ['nothing', '', false],
  ['ordinary lines', many, false],
  ['998 bytes', line(998), false],
  ['998 bytes, again and again', line(998).repeat(200), false],
  ['999 bytes', line(999), true],
  ['998 bytes without an end', line(998, ''), false],
  ['999 bytes without an end', line(999, ''), true],
  ['999 bytes among others', many + line(999) + many, true],
  ['999 bytes at the end', many + line(999, ''), true],
  ['empty lines', '\r\n'.repeat(5000), false],
  ['a megabyte', line(1_000_000), true],
];

test.each(BODIES)('a body of %s, in pieces of any size', (_, body, isTooLong) => {
  const bytes = Buffer.from(body);
  for (const size of [1, 7, 998, 999, 1000, 1001, 65_535, 10_000_000]) {
    if (bytes.length / size > 100_000) continue;
    const lines = new LineLength();
    for (let at = 0; at < bytes.length; at += size) lines.body(bytes.subarray(at, at + size));
    expect(lines.end(), `pieces of ${size}`).toBe(isTooLong);
  }
});
