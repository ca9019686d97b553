import { expect, test } from 'vitest';
import { readObject } from '../../src/config/read-object.ts';

test.each<[string, unknown, object]>([
  ['nothing', undefined, {}],
  ['null', null, {}],
  ['an empty object', {}, {}],
  [
    'texts',
    { max_mailbox_size: '1G', disable_ipv6: 'true' },
    { max_mailbox_size: 1024 ** 3, disable_ipv6: true },
  ],
  ['values', { max_load_1m: 3, acme_email: null }, { max_load_1m: 3 }],
  [
    'two paths in one tag',
    { tls_external_cert_and_key: '/a /b' },
    { tls_external_cert_and_key: ['/a', '/b'] },
  ],
])('%s', (_, object, value) =>
  expect(readObject('tags', object)).toMatchObject({ ok: true, value, problems: [] }),
);

test.each<[string, unknown, string]>([
  ['a text', 'max_load_1m: 3', 'not-a-mapping'],
  ['a list', [], 'not-a-mapping'],
  ['a number', 5, 'not-a-mapping'],
  ['an unknown name', { Name: 'web-1' }, 'unknown-setting'],
  ['a name that objects inherit', JSON.parse('{"__proto__": 1}'), 'unknown-setting'],
  ['a wrong value', { max_load_1m: 'x' }, 'wrong-type'],
  ['a line break', { mail_domain: 'a.org\nb' }, 'bad-characters'],
])('%s', (_, object, code) => {
  const { ok, problems } = readObject('tags', object);
  expect(ok).toBe(false);
  expect(problems).toMatchObject([{ code, severity: 'error', source: { name: 'tags' } }]);
});
