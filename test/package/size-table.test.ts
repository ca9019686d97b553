import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderUserData } from '../../src/cloud-init/user-data.ts';
import { PROGRAM } from '../../src/package/paths.ts';
import { readPayload } from '../../src/package/payload.ts';
import { sizeRows, sizeTable } from '../../src/package/size-table.ts';

const payload = readPayload();
const { size } = renderUserData({}, { base: 'debian', payload });
const rows = sizeRows(payload, size);

test('the rows add up to the text, and name all that travels', () => {
  expect(rows.reduce((sum, { characters }) => sum + characters, 0)).toBe(size);
  expect(rows.map(({ name }) => name)).toEqual([
    ...['program', 'templates', 'pages', 'units', 'installer', 'other', 'way in'],
  ]);
  expect(rows[0]).toMatchObject({ files: 1, bytes: readFileSync(PROGRAM).length });
});

test('a row is what the model charged for its files, not their share of something else', () => {
  const { 'package/usr/bin/chatmail': program = 0 } = payload.costs;
  expect(Math.abs((rows[0]?.characters ?? 0) - program)).toBeLessThan(1);
  const sum = Object.values(payload.costs).reduce((all, cost) => all + cost, 0);
  expect(Math.abs(sum - payload.digits.length)).toBeLessThan(3);
});

test('the text is within the limit, and the table says how far', () => {
  expect(size).toBeLessThanOrEqual(65_536);
  expect(sizeTable(rows, 1)).toContain(`${size} of 65536 characters used`);
  expect(sizeTable(rows, 1)).toContain(`${65_536 - size} left`);
});
