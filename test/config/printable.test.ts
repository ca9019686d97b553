import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../src/config/printable.ts';

test.each([
  ['plain text, with "quotes" and \\', 'plain text, with "quotes" and \\'],
  ['Straße Łódź Ωμέγα Москва', 'Straße Łódź Ωμέγα Москва'],
  ['a\tb', 'a    b'],
  ['\x1b[2J', '\\u{1b}[2J'],
  ['a\nb\r', 'a\\u{a}b\\u{d}'],
  ['日本', '\\u{65e5}\\u{672c}'],
  ['\u{1f4a9}', '\\u{1f4a9}'],
  ['\u202e\u200d\ufeff\u00ad', '\\u{202e}\\u{200d}\\u{feff}\\u{ad}'],
  ['e\u0301', 'e\\u{301}'],
  ['\ud800', '\\u{d800}'],
])('%j is printed as %s', (text, printed) => expect(printable(text)).toBe(printed));

test('nothing that moves a cursor gets through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{M}]/u);
    }),
  );
});
