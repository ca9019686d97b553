import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeField, unescapeField } from '../../../src/relay/lib/dict-escape.ts';

test.each([
  ['plain', 'plain'],
  ['a\tb', 'a\x01tb'],
  ['a\nb\rc', 'a\x01nb\x01rc'],
  ['\0\x01', '\x010\x011'],
])('%j is written %j', (text, escaped) => {
  expect(escapeField(text)).toBe(escaped);
  expect(unescapeField(escaped)).toBe(text);
});

test('an unknown letter stands for itself', () => expect(unescapeField('a\x01xb')).toBe('axb'));

test('any text comes back, and has no separator on the way', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeField(text)).not.toMatch(/[\0\t\r\n]/);
      expect(unescapeField(escapeField(text))).toBe(text);
    }),
  ));
