import { expect, test } from 'vitest';
import { describeProblem, PROBLEM_CODES } from '../../src/config/wording.ts';

test.each(PROBLEM_CODES)('%s has a sentence even without facts', (code) => {
  const { message, hint = '' } = describeProblem({ code, severity: 'error', path: ['max_mailbox_size'] });
  expect(message).toMatch(/^[a-z`].*[^.]$/);
  expect(hint).toMatch(/^$|^[a-z`].*[^.]$/);
});

test('no path at all', () =>
  expect(describeProblem({ code: 'unknown-setting', severity: 'error', path: [] }).message).toBe(
    'there is no setting ``',
  ));
