import { expect, test } from 'vitest';
import { setupPage } from '../../../src/relay/lib/setup-page.ts';
import type { State } from '../../../src/relay/lib/state.ts';

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

test('of a problem the place and the rule are shown, and not what the user wrote', () => {
  const problems =
    'user-data:12:3: error: not valid YAML: unexpected characters\n  12 | password: "hunter2\n     |           ^\n    hint: quote it\n\n1 error';
  const page = setupPage({ ...WAITING, state: 'error', problems });
  expect(page).toContain(
    'user-data:12:3: error: not valid YAML: unexpected characters\n    hint: quote it\n\n1 error',
  );
  expect(page).not.toContain('hunter2');
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
  const page = setupPage({ ...WAITING, state: 'ready', address: '198.51.100.7', dns: [record] });
  expect(page.includes('<a href="http://198.51.100.7/join">')).toBe(isShown);
  expect(page.includes('Mail from other servers does not arrive until')).toBe(isShown);
});
