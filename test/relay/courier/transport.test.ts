import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { transportTo } from '../../../src/relay/courier/transport.ts';

const DOMAINS = Array.from({ length: 5000 }, (_, i) => `relay-${i}.example`);

test('every domain is a destination of its own', () => {
  expect(new Set(DOMAINS.map(transportTo)).size).toBe(DOMAINS.length);
});

test('all of them lead to the same socket, by a path that a socket may have', () => {
  for (const domain of [...DOMAINS, '', '[192.0.2.1]']) {
    const path = transportTo(domain).replace(/^mxdeliv:unix:/, '');
    expect(posix.normalize(path)).toBe('chatmail/courier.sock');
    expect(path.length).toBeLessThan(108);
  }
});
