import { expect, test } from 'vitest';
import { turnConfig } from '../../../src/relay/configure/turn.ts';

const SECRET = /^static-auth-secret=([0-9a-f]{64})\n/m;

test('a secret is made once and kept', () => {
  const first = turnConfig('realm=a\n', '', undefined);
  const [, secret] = SECRET.exec(first) ?? [];
  expect(first).toBe(`realm=a\nstatic-auth-secret=${secret}\n`);
  expect(turnConfig('realm=a\n', first, undefined)).toBe(first);
  expect(turnConfig('realm=b\n', first, '192.0.2.1')).toBe(
    `realm=b\nexternal-ip=192.0.2.1\nstatic-auth-secret=${secret}\n`,
  );
  expect(turnConfig('realm=a\n', '', undefined)).not.toBe(first);
});
