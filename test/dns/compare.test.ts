import { describe, expect, test } from 'vitest';
import { compareRecord, worstOf } from '../../src/dns/compare.ts';
import { checkReport, isComplete } from '../../src/dns/report.ts';
import type { RecordType, ZoneRecord } from '../../src/model/zone.ts';

const record = (type: RecordType, value: string, name = 'chat.example.org'): ZoneRecord => ({
  name,
  type,
  value,
  isRequired: true,
});

const DKIM = 'v=DKIM1;k=rsa;p=MIIB;s=email;t=s';

describe.each<[ZoneRecord, [readonly string[] | undefined, string][]]>([
  [
    record('A', '192.0.2.7'),
    [
      [undefined, 'unknown'],
      [[], 'missing'],
      [['192.0.2.7'], 'found'],
      [['192.0.2.8'], 'different'],
      [['192.0.2.7', '192.0.2.8'], 'different'],
    ],
  ],
  [
    record('MX', '10 chat.example.org.'),
    [
      [['10 Chat.Example.org.'], 'found'],
      [['10 chat.example.org'], 'found'],
      [['20 chat.example.org.'], 'different'],
      [['10 chat.example.org.', '20 other.example.'], 'different'],
    ],
  ],
  [
    record('TXT', DKIM),
    [
      [[DKIM], 'found'],
      [['v=DKIM1; k=rsa; p=MIIB; s=email; t=s;'], 'found'],
      [['v=DKIM1;p=MI IB;k=rsa;t=s;s=email'], 'found'],
      [['v=DKIM1;k=rsa;p=miib;s=email;t=s'], 'different'],
      [[DKIM, 'v=DKIM1;p=other'], 'different'],
      [['some-verification=1'], 'missing'],
      [[DKIM, 'some-verification=1'], 'found'],
    ],
  ],
  [
    record('TXT', 'v=spf1 a ~all'),
    [
      [['v=spf1  a ~all', 'google-site-verification=x'], 'found'],
      [['v=spf1 -all'], 'different'],
    ],
  ],
  [
    record('TXT', 'v=STSv1; id=1', '_mta-sts.chat.example.org'),
    [
      [['v=STSv1; id=20260101;'], 'found'],
      [['something else'], 'missing'],
    ],
  ],
  [
    record('CAA', '0 issue "ca.example;accounturi=https://ca.example/1"'),
    [
      [['0 issue "ca.example; accounturi=https://ca.example/1"', '0 iodef "mailto:a@b.example"'], 'found'],
      [['0 issue "ca.example;accounturi=https://ca.example/2"'], 'different'],
      [['0 iodef "mailto:a@b.example"'], 'missing'],
    ],
  ],
  [
    record('TXT', 'v=DKIM1;k=rsa;p=<made by the relay>;s=email;t=s'),
    [
      [[DKIM], 'found'],
      [[], 'missing'],
    ],
  ],
])('for %j', (wanted, cases) => {
  test.each(cases)('%j is %s', (answer, state) => expect(compareRecord(wanted, answer).state).toBe(state));
});

const wanted = record('A', '192.0.2.7');
const one = (answer: string[] | undefined) => compareRecord(wanted, answer);

test.each<[string, (string[] | undefined)[], string]>([
  ['all agree', [['192.0.2.7'], ['192.0.2.7']], 'found'],
  ['one lags behind', [['192.0.2.7'], []], 'missing'],
  ['one has something else', [['192.0.2.7'], [], ['192.0.2.8']], 'different'],
  ['one is silent', [['192.0.2.7'], undefined], 'found'],
  ['all are silent', [undefined, undefined], 'unknown'],
  ['there are none', [], 'unknown'],
])('of servers, %s', (_, answers, state) => {
  expect(worstOf(wanted, answers.map(one)).state).toBe(state);
});

test('what is recommended does not make it incomplete, whatever is unknown does', () => {
  const recommended = { ...wanted, isRequired: false };
  expect(isComplete([one(['192.0.2.7']), compareRecord(recommended, [])])).toBe(true);
  expect(isComplete([one(['192.0.2.7']), one(undefined)])).toBe(false);
});

test('the report shows what is there in place of what should be', () => {
  expect(checkReport([one(['192.0.2.8'])])).toBe(
    'different required    A     chat.example.org 192.0.2.7\n          found instead     192.0.2.8\n',
  );
});
