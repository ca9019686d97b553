import { expect, test } from 'vitest';
import { accounts, exposition } from '../../../src/relay/web/metrics.ts';

test('the lines of a family stand together, under its type', () =>
  expect(
    exposition({ 'mail{a="b"}': 1, mailed: 2, mail: 3, 'mail{a="c"}': 4, accounts: 5 }, 'counter', 'x_'),
  ).toBe(`# TYPE x_accounts counter
x_accounts_total 5
# TYPE x_mail counter
x_mail_total 3
x_mail_total{a="b"} 1
x_mail_total{a="c"} 4
# TYPE x_mailed counter
x_mailed_total 2
`));

test.each([
  ['100 30', [100, 30, 70]],
  [undefined, [0, 0, 0]],
])('gauges of a census %j', (census, [all, tests, others]) =>
  expect(accounts(census)).toBe(`# TYPE accounts gauge
accounts ${all}
# TYPE ci_accounts gauge
ci_accounts ${tests}
# TYPE nonci_accounts gauge
nonci_accounts ${others}
`),
);
