import { expect, test } from 'vitest';
import { isPublic } from '../../src/model/is-public.ts';

test.each([
  ['198.51.100.7', true],
  ['8.8.8.8', true],
  ['172.15.0.1', true],
  ['172.32.0.1', true],
  ['100.63.0.1', true],
  ['100.128.0.1', true],
  ['10.0.0.1', false],
  ['127.0.0.1', false],
  ['169.254.1.1', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['100.64.0.1', false],
  ['100.127.0.1', false],
  ['0.0.0.0', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});
