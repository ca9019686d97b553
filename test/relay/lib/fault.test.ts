import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultOf } from '../../../src/relay/lib/fault.ts';

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test.each([
  [() => readFileSync('/nowhere/somebody@example.org/password'), 'ENOENT'],
  [() => JSON.parse('somebody@example.org'), 'SyntaxError'],
  [
    () => {
      throw new Error('somebody@example.org\n    is at home');
    },
    'Error',
  ],
])('kind and place, and nothing else: %s', (work, kind) => {
  const fault = faultOf(thrown(work));
  expect(fault).toMatch(new RegExp(`^${kind} at .*fault\\.test\\.ts`));
  expect(fault).not.toContain('example');
});
