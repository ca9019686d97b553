import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { squeeze } from '../../src/squeeze/squeeze.ts';
import { unsqueeze } from '../../src/squeeze/unsqueeze.ts';

// Each run of the model takes its tables anew, a hundred megabytes.
vi.setConfig({ testTimeout: 60_000 });

const KNOWN = Buffer.from('const known = (what, both) => sides.have;\n');

const there = (bytes: Uint8Array, known: Uint8Array = KNOWN) =>
  unsqueeze(squeeze(bytes, known).digits, known, bytes.length);

test.each<[string, Uint8Array]>([
  ['nothing', Buffer.alloc(0)],
  ['a byte', Buffer.from('a')],
  ['zeros', Buffer.alloc(3000)],
  ['the highest bytes', Buffer.alloc(3000, 255)],
  ['every byte', Buffer.from(Array.from({ length: 256 }, (_, n) => n))],
  ['a text', readFileSync('README.md').subarray(0, 4000)],
])('%s comes back as it was', (_, bytes) => {
  expect(Buffer.compare(there(bytes), bytes)).toBe(0);
  expect(Buffer.compare(there(bytes, new Uint8Array()), bytes)).toBe(0);
});

test('anything comes back as it was', () => {
  // Few runs, of many bytes: each takes its tables anew.
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 500, maxLength: 1500 }), (bytes) => {
      expect(Buffer.compare(there(bytes), bytes)).toBe(0);
    }),
    { numRuns: 5 },
  );
});

test('digits are printable ASCII without spaces', () => {
  expect(squeeze(Buffer.from('some text, some more text, and some text again'), KNOWN).digits).toMatch(
    /^[!-~]+$/,
  );
});

test('line ends and blanks between the digits do not matter', () => {
  const bytes = Buffer.from('some text, some more text, and some text again');
  const digits = squeeze(bytes, KNOWN).digits.replace(/.{7}/g, '$& \n');
  expect(Buffer.from(unsqueeze(digits, KNOWN, bytes.length)).toString()).toBe(bytes.toString());
});

test('zeros after the last digit do not matter', () => {
  const bytes = Buffer.from('some text');
  expect(Buffer.from(unsqueeze(`${squeeze(bytes, KNOWN).digits}!!!`, KNOWN, bytes.length)).toString()).toBe(
    'some text',
  );
});

test('what both sides know makes it shorter', () => {
  const bytes = readFileSync('README.md').subarray(0, 1500);
  expect(squeeze(bytes, bytes).digits.length).toBeLessThan(squeeze(bytes, KNOWN).digits.length / 5);
});

test('text takes less than half of its room as it would in base64', () => {
  const bytes = readFileSync('README.md');
  expect(squeeze(bytes, KNOWN).digits.length).toBeLessThan((bytes.length * 4) / 3 / 2);
});

test('the costs of all bytes add up to the digits', () => {
  const bytes = readFileSync('README.md').subarray(0, 4000);
  const { digits, costs } = squeeze(bytes, KNOWN);
  const sum = costs.reduce((all, cost) => all + cost, 0);
  expect(costs.length).toBe(bytes.length);
  expect(Math.abs(digits.length - sum)).toBeLessThan(3);
});
