import { expect, test } from 'vitest';
import { keyOf, sha256, uuidOf } from '../../src/image/cache-key.ts';

test('sha256 is the known one', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

const inputs = { suite: 'bookworm', packages: ['a', 'b'], epoch: 1 };

test('the order of members does not count', () => {
  expect(keyOf({ epoch: 1, packages: ['a', 'b'], suite: 'bookworm' })).toBe(keyOf(inputs));
});

test.each<[string, Record<string, unknown>]>([
  ['another value', { ...inputs, suite: 'trixie' }],
  ['another order of a list', { ...inputs, packages: ['b', 'a'] }],
  ['the same letters, joined otherwise', { ...inputs, packages: ['ab'] }],
  ['one more member', { ...inputs, settings: 'x' }],
  ['a member less', { suite: 'bookworm', packages: ['a', 'b'] }],
  ['a number as text', { ...inputs, epoch: '1' }],
])('%s is another key', (_, other) => expect(keyOf(other)).not.toBe(keyOf(inputs)));

test.each(['root-filesystem', 'disk', 'esp'])('a UUID for %s: version 8, variant of the RFC', (purpose) => {
  const uuid = uuidOf('key', purpose);
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidOf('key', purpose)).toBe(uuid);
  expect(uuidOf('other key', purpose)).not.toBe(uuid);
  expect(uuidOf('key', `${purpose}2`)).not.toBe(uuid);
});
