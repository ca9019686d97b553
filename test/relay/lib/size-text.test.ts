import { expect, test } from 'vitest';
import { sizeText } from '../../../src/relay/lib/size-text.ts';

test.each([
  [0, '0'],
  [1000, '1000'],
  [1024, '1K'],
  [10_000, '9.77K'],
  [524_288_000, '500M'],
  [524_288_001, '500M'],
  [1_643_331_584, '1.53G'],
  [2 ** 40 * 5, '5T'],
  [2 ** 53, '8190T'],
])('%d bytes are %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));
