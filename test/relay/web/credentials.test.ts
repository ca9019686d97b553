import { expect, test } from 'vitest';
import { type Settings, withDefaults } from '../../../src/config/schema.ts';
import { joinCode } from '../../../src/model/join-code.ts';
import { modelOf } from '../../../src/model/model.ts';
import { newCredentials, serverFor } from '../../../src/relay/web/credentials.ts';

const model = (mail_domain: string, settings: Partial<Settings> = {}) =>
  modelOf({ ...withDefaults(settings), mail_domain });

test.each([
  ['chat.example', 'aaaaaaaaa@chat.example', undefined],
  [
    '_chat.example',
    'aaaaaaaaa@_chat.example',
    'dclogin:aaaaaaaaa@_chat.example?p=PASSWORD&v=1&ih=_chat.example&sh=_chat.example&ic=3',
  ],
  [
    '192.0.2.1',
    'aaaaaaaaa@[192.0.2.1]',
    'dclogin:aaaaaaaaa@[192.0.2.1]?p=PASSWORD&v=1&ih=192.0.2.1&sh=192.0.2.1&ic=3',
  ],
])('on %s', (domain, email, url) => {
  const password = 'A'.repeat(20);
  expect(newCredentials(model(domain), undefined, () => 0)).toEqual({
    email,
    password,
    ...(url !== undefined && { dclogin_url: url.replace('PASSWORD', password) }),
  });
});

test.each([
  [{}, 9, 20],
  [{ username_min_length: 3, username_max_length: 30 }, 9, 20],
  [{ username_min_length: 12, username_max_length: 30 }, 12, 20],
  [{ username_min_length: 1, username_max_length: 6 }, 6, 20],
  [{ password_min_length: 32 }, 9, 32],
])('with %j the name has %d characters, the password %d', (settings, name, password) => {
  const made = newCredentials(model('chat.example', settings));
  expect([made.email.indexOf('@'), made.password.length]).toEqual([name, password]);
});

test('names and passwords have no letters that look alike, and are not the same twice', () => {
  const made = Array.from({ length: 500 }, () => newCredentials(model('chat.example')));
  for (const { email, password } of made) {
    expect(email).toMatch(/^[a-hjkmnp-z2-9]{9}@/);
    expect(password).toMatch(/^[A-HJ-NP-Za-hjkmnp-z2-9]{20}$/);
  }
  expect(new Set(made.map(({ email }) => email)).size).toBe(500);
});

test.each([
  ['chat.example', 'DCACCOUNT:chat.example'],
  ['_chat.example', undefined],
  ['192.0.2.1', undefined],
])('the join code of %s is %s', (domain, code) => expect(joinCode(model(domain))).toBe(code));

test.each([
  ['_chat.example', '198.51.100.7', '198.51.100.7'],
  ['_chat.example', '_chat.example', '_chat.example'],
  ['_chat.example', 'www._chat.example', '_chat.example'],
  ['_chat.example', 'evil.example', '_chat.example'],
  ['_chat.example', '127.0.0.1', '_chat.example'],
  ['_chat.example', '[2001:db8::1]', '_chat.example'],
  ['_chat.example', '198.51.100.7&x=1', '_chat.example'],
  ['192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ['chat.example', '198.51.100.7', 'chat.example'],
])('the server of %s, found at %s, is %s', (domain, reached, server) =>
  expect(serverFor(model(domain), reached)).toBe(server),
);
