import { expect, test } from 'vitest';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { SETTING_NAMES } from '../../src/config/schema.ts';

const properties = jsonSchema().properties as Readonly<Record<string, unknown>>;

test('every setting, and no other', () => {
  expect(Object.keys(properties)).toEqual(SETTING_NAMES);
  expect(jsonSchema()).toMatchObject({ additionalProperties: false });
});

test.each<[string, object]>([
  ['max_user_send_per_minute', { type: 'integer', minimum: 1, maximum: 100_000, default: 60 }],
  ['max_load_1m', { type: 'number', minimum: 0.1, maximum: 100_000, default: 5 }],
  ['max_mailbox_size', { default: '500M', anyOf: [{ type: 'integer' }, { type: 'string' }] }],
  ['disable_ipv6', { type: 'boolean', default: false }],
  ['tls_external_cert_and_key', { type: 'array', minItems: 2, maxItems: 2 }],
  ['acme_email', { type: 'string', format: 'email', description: expect.stringContaining('certificate') }],
])('%s', (name, schema) => expect(properties[name]).toMatchObject(schema));
