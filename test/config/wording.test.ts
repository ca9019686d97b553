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

test.each([
  ['yes', 'did you mean `true`?'],
  ['Y', 'did you mean `true`?'],
  ['on', 'did you mean `true`?'],
  ['1', 'did you mean `true`?'],
  ['no', 'did you mean `false`?'],
  ['off', 'did you mean `false`?'],
  ['perhaps', 'write for example `false`'],
])('%s in place of true or false', (value, hint) =>
  expect(
    describeProblem({ code: 'wrong-type', severity: 'error', path: ['turn'], facts: { value } }).hint,
  ).toBe(hint),
);
