import { afterEach, expect, test, vi } from 'vitest';
import { printRecord } from '../../../src/relay/lib/print-record.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const printed = (record: object, isJson: boolean): string => {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((more) => {
    text += String(more);
    return true;
  });
  printRecord(record, isJson);
  return text;
};

const RECORD = { oldMessages: 3, encryptedOnly: true, deleted: ['a@x', 'b@x'] };

test('a person reads words', () => {
  expect(printed(RECORD, false)).toBe(
    'old messages         3\nencrypted only       yes\ndeleted              a@x, b@x\n',
  );
});

test('a program reads JSON', () => expect(JSON.parse(printed(RECORD, true))).toEqual(RECORD));
