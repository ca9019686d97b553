import { expect, test } from 'vitest';
import { setupPage } from '../../../src/relay/readiness/setup-page.ts';
import type { State } from '../../../src/relay/readiness/state.ts';

const WAITING: State = { state: 'waiting', step: 'waiting for <DNS>', domain: 'chat.example', since: 0 };

test('what comes from elsewhere is text', () => {
  const page = setupPage({
    ...WAITING,
    problems: '<b>&</b>',
    certificate: { state: 'failed', detail: '<script>alert(1)</script>' },
    dns: [
      {
        name: 'a"<',
        type: 'TXT',
        value: '<i>',
        isRequired: true,
        state: 'different',
        found: ['<img src=x>'],
      },
    ],
  });
  expect(page.match(/<script|<img|<b>|<i>/g)).toEqual(['<script', '<script', '<img', '<b>']);
});

test.each([
  ['hetzner', 'limit request'],
  ['constructor', 'Ask your provider'],
  [undefined, 'Ask your provider'],
])('port 25 blocked at %s', (cloud, advice) => {
  expect(setupPage({ ...WAITING, cloud, port25: 'blocked' })).toContain(advice);
});

test.each([
  ['waiting', true],
  ['error', true],
  ['ready', false],
] as const)('without scripts the page of state %s loads itself anew: %s', (state, expected) => {
  expect(setupPage({ ...WAITING, state }).includes('http-equiv="refresh"')).toBe(expected);
});

const SELF_SIGNED: State = {
  state: 'ready',
  step: 'ready',
  domain: '_chat.example',
  address: '198.51.100.7',
  certificate: { state: 'self-signed', detail: '' },
  since: 0,
};

test.each([
  ['self-signed', 'https://_chat.example/', true],
  ['valid', '/', false],
  ['external', '/', false],
] as const)(
  'ready, with a certificate that is %s: home is %s; browsers warn: %s',
  (state, home, isWarning) => {
    const page = setupPage({ ...SELF_SIGNED, certificate: { state, detail: 'said' } });
    expect(page.includes('said')).toBe(state !== 'external');
    expect(page).toContain(`<a class="join" href="${home}">`);
    expect(page.includes('Your browser will warn you')).toBe(isWarning);
  },
);

test.each([
  [undefined, '<section class="ok"><h2>Certificate <small>valid'],
  [true, '<section class="bad"><h2>Certificate <small>ends soon'],
] as const)('with a certificate whose last days have begun (%s) it says so', (isEnding, section) => {
  const certificate = { state: 'valid', detail: 'until then', ...(isEnding && { isEnding }) } as const;
  expect(setupPage({ ...SELF_SIGNED, certificate })).toContain(section);
});

test.each([
  ['missing', true],
  ['different', true],
  ['found', false],
] as const)('ready, while DNS is %s: it is joined by its address: %s', (state, isShown) => {
  const record = {
    name: '_chat.example',
    type: 'A',
    value: '198.51.100.7',
    isRequired: true,
    state,
  } as const;
  const page = setupPage({ ...SELF_SIGNED, dns: [record] });
  expect(page.includes('<a href="https://198.51.100.7/join">')).toBe(isShown);
  expect(page).toContain(`<a class="join" href="https://${isShown ? '198.51.100.7' : '_chat.example'}/">`);
  expect(page.includes('to get mail from other servers, add the DNS record below')).toBe(isShown);
});

const RECORD = { name: 'chat.example', type: 'A', value: '192.0.2.1', isRequired: true } as const;

test('a record that is there is one line; of one that is not, name and value are to be copied', () => {
  const found = setupPage({ ...WAITING, dns: [{ ...RECORD, state: 'found' }] });
  expect(found).not.toContain('<code>');
  const missing = setupPage({ ...WAITING, dns: [{ ...RECORD, state: 'missing', zone: 'example' }] });
  expect([...missing.matchAll(/<code>(.*?)<\/code>/g)].map(([, code]) => code)).toEqual([
    'chat.example',
    '192.0.2.1',
  ]);
});

test.each([
  [undefined, '192.0.2.1', 'Now'],
  ['a stray one', '', 'Remove'],
])('what DNS has instead is shown: %#', (_, value, label) => {
  const dns = [{ ...RECORD, value, state: 'different', found: ['192.0.2.9'] }] as const;
  expect(setupPage({ ...WAITING, dns })).toContain(`<dt>${label}<dd><s>192.0.2.9</s>`);
});

test('recommended records are folded, and count by themselves', () => {
  const spf = { ...RECORD, type: 'TXT', value: 'v=spf1', isRequired: false, state: 'missing' } as const;
  const page = setupPage({ ...WAITING, dns: [{ ...RECORD, state: 'found' }, spf] });
  expect(page).toContain('DNS records <small>all found</small>');
  expect(page).toMatch(/<details>\n<summary>Recommended <small>0 of 1 found<\/small>/);
  expect(setupPage({ ...WAITING, dns: [{ ...RECORD, state: 'found' }] })).not.toContain('<details>');
});

test('the whole zone is a file to download, without reverse names and what is to be removed', () => {
  const ptr = { ...RECORD, name: '1.2.0.192.in-addr.arpa', type: 'PTR', state: 'missing' } as const;
  const stray = { ...RECORD, type: 'AAAA', value: '', state: 'different', found: ['::1'] } as const;
  const page = setupPage({ ...WAITING, dns: [{ ...RECORD, state: 'found' }, ptr, stray] });
  const [, zone = ''] = /href="data:text\/plain,([^"]*)" download="chat\.example\.zone"/.exec(page) ?? [];
  expect(decodeURIComponent(zone)).toMatch(/^chat\.example\. +3600 IN A +192\.0\.2\.1\n$/);
});

test.each([
  ['error', 'Problem'],
  ['ready', 'Warning'],
] as const)('what is wrong in state %s is called %s', (state, title) => {
  expect(setupPage({ ...WAITING, state, problems: 'said' })).toContain(`<h2>${title}</h2>\n<pre>said</pre>`);
});
