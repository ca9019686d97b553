import { expect, test } from 'vitest';
import { sourceDateEpoch } from '../../src/package/source-date.ts';

const NOW = 1_700_000_000;

test.each([
  [undefined, undefined],
  ['', undefined],
  ['0', 0],
  ['1700000000', NOW],
] as const)('SOURCE_DATE_EPOCH %j is %j', (text, epoch) =>
  expect(sourceDateEpoch({ SOURCE_DATE_EPOCH: text }, NOW)).toBe(epoch),
);

test.each([
  ['1700000001', 'in the future: 2023-11-14T22:13:21.000Z'],
  ['999999999999', 'in the future: +033658-'],
  ['yesterday', '`yesterday`, which is not a number of seconds'],
  ['-1', 'not a number of seconds'],
  ['1e9', 'not a number of seconds'],
  ['1700000000.5', 'not a number of seconds'],
  ['9'.repeat(400), 'not a number of seconds'],
])('SOURCE_DATE_EPOCH %j is refused', (text, message) =>
  expect(() => sourceDateEpoch({ SOURCE_DATE_EPOCH: text }, NOW)).toThrow(message),
);
