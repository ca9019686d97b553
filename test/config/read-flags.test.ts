import { expect, test } from 'vitest';
import { readFlags } from '../../src/config/read-flags.ts';

test.each<[readonly string[], object]>([
  [[], {}],
  [['max_mailbox_size=1G'], { max_mailbox_size: 1024 ** 3 }],
  [['max_load_1m=3', 'disable_ipv6=true'], { max_load_1m: 3, disable_ipv6: true }],
  [['iroh_relay=https://a.org/?b=c'], { iroh_relay: 'https://a.org/?b=c' }],
  [['iroh_relay='], { iroh_relay: '' }],
  [['mail_domain='], {}],
])('%j', (flags, value) => expect(readFlags(flags)).toMatchObject({ ok: true, value }));

test.each<[readonly string[], readonly string[]]>([
  [['max_load_1m'], ['bad-line max_load_1m']],
  [['=5'], ['unknown-setting ']],
  [['max_load_1m=3', 'max_load_1m=x'], ['duplicate-setting max_load_1m']],
  [
    ['a=b\nc', 'max_load_1m=x'],
    ['unknown-setting a', 'wrong-type x'],
  ],
])('%j', (flags, problems) => {
  const found = readFlags(flags).problems.map(
    ({ code, range, source }) => `${code} ${source?.text.slice(range?.start, range?.end)}`,
  );
  expect(found).toEqual(problems);
});
