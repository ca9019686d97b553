import { expect, test } from 'vitest';
import { DamagedKey } from '../../../src/relay/certificate/account.ts';
import { bindingIn } from '../../../src/relay/certificate/request.ts';

test.each([
  [undefined, undefined],
  ['kid-1 c2VjcmV0', { id: 'kid-1', key: 'c2VjcmV0' }],
  ['\n  kid-1\n\tc2VjcmV0\n', { id: 'kid-1', key: 'c2VjcmV0' }],
])('the account is bound by %j to %j', (text, binding) => {
  expect(bindingIn(text)).toEqual(binding);
});

test.each(['', '\n', 'kid-1', 'kid-1 c2VjcmV0 more'])('it is said that %j is no binding', (text) => {
  expect(() => bindingIn(text)).toThrow(DamagedKey);
});
