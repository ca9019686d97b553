import { expect, test } from 'vitest';
import { isOrphan, ownedName } from '../../src/lab/owner.ts';

const started = (pid: number) => (pid === 7 ? '100' : undefined);

test.each([
  ['chatmail-lab-7-100-0', false, 'its owner lives'],
  ['chatmail-lab-7-99-0', true, 'its pid went to another process'],
  ['chatmail-lab-8-100-3', true, 'its owner is gone'],
  ['chatmail-lab-7', false, 'it is not ours'],
  ['other-8-100-3', false, 'it is not ours'],
  ['xchatmail-lab-8-100-3', false, 'it is not ours'],
])('%s is an orphan: %s, %s', (name, orphan) => {
  expect(isOrphan(name, started)).toBe(orphan);
});

test('names differ, and ours are no orphans', () => {
  const names = [ownedName(), ownedName()];
  expect(new Set(names).size).toBe(2);
  expect(names.filter((name) => isOrphan(name))).toEqual([]);
  expect(names.every((name) => name.length <= 64)).toBe(true); // hostname(7), machine names
});
