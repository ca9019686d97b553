import { expect, test } from 'vitest';
import type { RecordType } from '../../../src/model/zone.ts';
import { recordFields } from '../../../src/relay/readiness/record-fields.ts';

test.each<[RecordType, string, string | undefined, string, string[]]>([
  [
    'A',
    'chat.example.org',
    'example.org',
    '192.0.2.1',
    ['Name: chat', 'Full name: chat.example.org', 'Value: 192.0.2.1'],
  ],
  ['A', 'example.org', 'example.org', '192.0.2.1', ['Name: @', 'Full name: example.org', 'Value: 192.0.2.1']],
  ['MX', 'a.b', 'b', '10 a.b.', ['Name: a.b', 'Priority: 10', 'Value: a.b.']],
  ['MX', 'a.b', undefined, '10 a.b.', ['Name: a.b', 'Priority: 10', 'Value: a.b.']],
  ['TXT', 'a.b.c', 'xb.c', 'v=spf1 a ~all', ['Name: a.b.c', 'Value: v=spf1 a ~all']],
  [
    'SRV',
    '_imap._tcp.b.c',
    'b.c',
    '0 1 143 b.c.',
    ['Name: _imap._tcp', 'Full name: _imap._tcp.b.c', 'Priority: 0', 'Weight: 1', 'Port: 143', 'Value: b.c.'],
  ],
  [
    'CAA',
    'b.c',
    'b.c',
    '0 issue "ca.example;accounturi=https://ca.example/1"',
    [
      'Name: @',
      'Full name: b.c',
      'Flags: 0',
      'Tag: issue',
      'Value: ca.example;accounturi=https://ca.example/1',
    ],
  ],
  ['AAAA', 'b.c', 'b.c', '', ['Name: @', 'Full name: b.c']],
])('%s at %s in the zone %s', (type, name, zone, value, expected) => {
  const fields = recordFields({ name, type, value, zone, isRequired: true, state: 'missing' });
  expect(fields.map(([label, content]) => `${label}: ${content}`)).toEqual(expected);
});
