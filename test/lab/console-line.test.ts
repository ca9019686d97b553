import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { consoleLine } from '../../src/lab/console-line.ts';

test.each([
  ['plain text', 'relay login:', 'relay login:'],
  ['colours', '[\x1b[0;32m  OK  \x1b[0m] Started', '[  OK  ] Started'],
  ['a cleared screen', '\x1b[2J\x1b[1;1Hboot', 'boot'],
  ['private modes', '\x1b[?7l\x1b[?25hboot', 'boot'],
  ['a window title', '\x1b]0;evil\x07boot', 'boot'],
  ['a title ended by ST', '\x1b]0;evil\x1b\\boot', 'boot'],
  ['a title without end', 'boot\x1b]52;c;ZXZpbA==', 'boot'],
  ['a device control string', '\x1bP+q544e\x1b\\boot', 'boot'],
  ['a character set', '\x1b(Bboot', 'boot'],
  ['a reset', '\x1bcboot', 'boot'],
  ['eight-bit CSI', '\x9b31mred', 'red'],
  ['a lone escape', 'boot\x1b', 'boot\\x1b'],
  ['NUL and bell', 'a\0b\x07c', 'a\\x00b\\x07c'],
  ['backspaces', 'good\b\b\b\bevil', 'good\\x08\\x08\\x08\\x08evil'],
  ['turned reading direction', 'abc\u202etxt', 'abc\\u202etxt'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ['tabs', 'a\tb', 'a b'],
  ["systemd's ellipsis", 'mount…File', 'mount...File'],
  ['letters of the world', 'größe 日本', 'größe 日本'],
])('%s', (_, line, shown) => {
  expect(consoleLine(line)).toBe(shown);
});

test('nothing that a terminal would obey comes through', () => {
  const bytes = fc.string({
    unit: fc.constantFrom('\x1b', '[', ']', '\x07', '\x9b', '\x90', '\\', '0', 'm', ';', '\b', '\u202e'),
  });
  fc.assert(
    fc.property(bytes, (line) => {
      expect(consoleLine(line)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
    }),
  );
});
