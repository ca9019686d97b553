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
  expect(page.match(/<script|<img|<b>|<i>/g)).toEqual(['<script', '<img', '<b>']);
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
  expect(page.includes('Mail from other servers does not arrive until')).toBe(isShown);
});
