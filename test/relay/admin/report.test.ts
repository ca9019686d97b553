import { expect, test } from 'vitest';
import { readReport, reportText } from '../../../src/relay/admin/report.ts';
import { mailTree, messageName, NOW, relayModel } from '../temp-mail.ts';

test('what is stored, by age and size; who logged in when', () => {
  const mail = mailTree();
  for (const [name, days] of [
    ['a', 0],
    ['b', 1],
    ['c', 2],
    ['d', 91],
  ] as const)
    mail.mailbox(name, days);
  mail.mailbox('leftover');
  mail.file(`a@chat.example/new/${messageName(0.5, 10_000)}`);
  mail.file(`a@chat.example/cur/${messageName(0.5, 10_001)}`);
  mail.file(`b@chat.example/.Sub/cur/${messageName(7, 3_000_000)}`);
  mail.file(`leftover@chat.example/cur/${messageName(99, 200_000)}`);
  const { addresses, messages } = readReport(relayModel(), mail.root, NOW);
  expect(addresses).toEqual([
    { days: 1, addresses: 2 },
    { days: 7, addresses: 1 },
    { days: 30, addresses: 0 },
    { days: 90, addresses: 0 },
    { days: null, addresses: 1 },
  ]);
  expect(messages).toHaveLength(16);
  expect(messages.filter((row) => row.messages > 0)).toEqual([
    { days: 1, upTo: 10_000, messages: 1, bytes: 10_000 },
    { days: 1, upTo: 200_000, messages: 1, bytes: 10_001 },
    { days: 7, upTo: null, messages: 1, bytes: 3_000_000 },
    { days: null, upTo: 200_000, messages: 1, bytes: 200_000 },
  ]);
  expect(reportText({ addresses, messages })).toBe(
    [
      'addresses                                 4',
      '  last login less than 1 day ago          2',
      '  last login 1 to 7 days ago              1',
      '  last login more than 90 days ago        1',
      'messages                                  4    3.07M',
      '  less than 1 day old                     2    19.5K',
      '  1 to 7 days old                         1    2.86M',
      '  more than 20 days old                   1     195K',
      '  up to 10 kB                             1    9.77K',
      '  10 kB to 200 kB                         2     205K',
      '  over 2 MB                               1    2.86M',
      '',
    ].join('\n'),
  );
});

test('a relay without mail has two lines', () => {
  const report = readReport(relayModel(), mailTree().root, NOW);
  expect(reportText(report)).toBe(
    `${'addresses'.padEnd(34)}${'0'.padStart(9)}\n${'messages'.padEnd(34)}${'0'.padStart(9)}${'0'.padStart(9)}\n`,
  );
});
