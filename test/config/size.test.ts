import { expect, test } from 'vitest';
import { formatSize, parseSize, similarSize } from '../../src/config/size.ts';

test.each([
  ['0', 0],
  ['1', 1],
  ['64K', 65_536],
  ['500M', 524_288_000],
  ['1G', 1_073_741_824],
  ['2T', 2_199_023_255_552],
  ['', undefined],
  ['M', undefined],
  ['1 M', undefined],
  ['1m', undefined],
  ['1.5G', undefined],
  ['-1', undefined],
  ['1KB', undefined],
])('%j is %s bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

test.each([
  [0, '0'],
  [1, '1'],
  [1000, '1000'],
  [1536, '1536'],
  [65_536, '64K'],
  [31_457_280, '30M'],
  [1024 ** 5, '1024T'],
])('%s bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
  expect(parseSize(text)).toBe(bytes);
});

test.each([
  ['500 MB', '500M'],
  ['500mb', '500M'],
  ['1 GiB', '1G'],
  ['20 bytes', '20'],
  ['1.5G', undefined],
  ['much', undefined],
])('%s was meant as %s', (text, similar) => expect(similarSize(text)).toBe(similar));
