import { expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';
import { SETTING_NAMES } from '../../src/config/schema.ts';

test.each([
  ['max_mailbox_sise', 'max_mailbox_size'],
  ['max-mailbox-size', 'max_mailbox_size'],
  ['maxMailboxSize', 'max_mailbox_size'],
  ['MAIL_DOMAIN', 'mail_domain'],
  ['domain', undefined],
  ['max_mesage_size', 'max_message_size'],
  ['username_minimum_length', 'username_min_length'],
  ['foo', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%s is near %s', (word, name) => expect(nearest(word.slice(0, 70), SETTING_NAMES)).toBe(name));

test('the nearest of several', () => expect(nearest('inti', ['build', 'init', 'int'])).toBe('int'));
test('no names', () => expect(nearest('a', [])).toBeUndefined());
