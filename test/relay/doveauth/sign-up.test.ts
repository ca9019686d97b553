import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withDefaults } from '../../../src/config/schema.ts';
import { resources, signUpRefusal } from '../../../src/relay/doveauth/sign-up.ts';

const MiB = 1024 * 1024;
const PLENTY = { isClosed: false, load: 0, memory: 1024 * MiB, disk: 4096 * MiB, inodes: 1e6 };
const settings = withDefaults({});

test.each([
  ['abcdefghi', 'password1', {}, undefined],
  ['a.b_c-d.9', 'password1', {}, undefined],
  ['abcdefgh', 'password1', {}, 'name too short'],
  ['abcdefghij', 'password1', {}, 'name too long'],
  ['abcdefgh+', 'password1', {}, 'name has characters that are not allowed'],
  ['abcdefgh/', 'password1', {}, 'name has characters that are not allowed'],
  ['abcdefghI', 'password1', {}, 'name has characters that are not allowed'],
  ['.bcdefghi', 'password1', {}, 'name has a dot or hyphen in a place that is not allowed'],
  ['abcdefgh.', 'password1', {}, 'name has a dot or hyphen in a place that is not allowed'],
  ['abcd..ghi', 'password1', {}, 'name has a dot or hyphen in a place that is not allowed'],
  ['-bcdefghi', 'password1', {}, 'name has a dot or hyphen in a place that is not allowed'],
  ['webmaster', 'password1', {}, 'name is reserved'],
  ['a-.-b--c-', 'password1', {}, undefined],
  ['_bcdefgh_', 'password1', {}, undefined],
  ['abcdefghi', '12345678', {}, 'password too short'],
  ['abcdefghi', 'äöüäöüäöü', {}, undefined],
  ['abcdefghi', 'äöüäöüäö', {}, 'password too short'],
  ['abcdefghi', 'x'.repeat(200), {}, undefined],
  ['abcdefghi', 'x'.repeat(201), {}, 'password too long or not text'],
  ['abcdefghi', 'pass\nword1', {}, 'password too long or not text'],
  ['abcdefghi', 'password1\x7f', {}, 'password too long or not text'],
  ['abcdefghi', 'password1', { isClosed: true }, 'closed by the operator'],
  ['abcdefghi', 'password1', { load: 5 }, undefined],
  ['abcdefghi', 'password1', { load: 5.1 }, 'load too high'],
  ['abcdefghi', 'password1', { memory: 200 * MiB }, undefined],
  ['abcdefghi', 'password1', { memory: 200 * MiB - 1 }, 'not enough memory available'],
  ['abcdefghi', 'password1', { memory: Number.NaN }, undefined],
  ['abcdefghi', 'password1', { disk: 1024 * MiB }, undefined],
  ['abcdefghi', 'password1', { disk: 1024 * MiB - 1 }, 'not enough disk space'],
  ['abcdefghi', 'password1', { inodes: 65_536 }, undefined],
  ['abcdefghi', 'password1', { inodes: 65_535 }, 'not enough free inodes'],
  ['abcdefghi', 'password1', { inodes: Number.POSITIVE_INFINITY }, undefined],
  ['short', 'password1', { load: 5.1 }, 'load too high'],
])('%s with %j on %j: %s', (name, password, left, refusal) => {
  const bytes = Buffer.from(password).toString('latin1');
  expect(signUpRefusal(settings, name, bytes, { ...PLENTY, ...left })).toBe(refusal);
});

test.each([
  [{ username_min_length: 3, username_max_length: 5 }, 'ab', 'name too short'],
  [{ username_min_length: 3, username_max_length: 5 }, 'abc', undefined],
  [{ username_min_length: 3, username_max_length: 5 }, 'abcdef', 'name too long'],
  [{ password_min_length: 12 }, 'abcdefghi', 'password too short'],
])('with %j: %s', (changed, name, refusal) =>
  expect(signUpRefusal(withDefaults(changed), name, 'password1', PLENTY)).toBe(refusal),
);

test('what this machine has left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sign-up-'));
  const noCreate = join(folder, 'nocreate');
  const left = resources(folder, noCreate);
  expect(left.isClosed).toBe(false);
  expect(left.load).toBeGreaterThanOrEqual(0);
  expect(left.memory).toBeGreaterThan(MiB);
  expect(left.disk).toBeGreaterThan(0);
  expect(left.inodes).toBeGreaterThan(0);
  writeFileSync(noCreate, '');
  expect(resources(folder, noCreate).isClosed).toBe(true);
  rmSync(folder, { recursive: true });
});
