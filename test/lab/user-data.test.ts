import { expect, test } from 'vitest';
import { remarksOnUserData } from '../../src/lab/user-data.ts';

const severities = (bytes: Uint8Array) => remarksOnUserData(bytes).map(({ severity }) => severity);

test.each([
  ['cloud-config', '#cloud-config\nchatmail: {}\n', []],
  ['Windows line ends', '#cloud-config\r\n', []],
  ['a script', '#!/bin/sh\n', []],
  ['a template', '## template: jinja\n#cloud-config\n', []],
  ['MIME', 'Content-Type: multipart/mixed; boundary="x"\n', []],
  ['16,384 bytes', `#cloud-config\n${'#'.repeat(16_370)}`, []],
  ['one more', `#cloud-config\n${'#'.repeat(16_371)}`, ['warning']],
  ['bare settings', 'mail_domain: a.example\n', ['error']],
  ['another case of cloud-config', '#cloudconfig\n', ['error']],
  ['an empty first line', '\n#cloud-config\n', ['error']],
  ['a byte-order mark', '\ufeff#cloud-config\n', ['error']],
  ['nothing', '', ['error']],
])('%s', (_, text, expected) => {
  expect(severities(Buffer.from(text))).toEqual(expected);
});

test('gzip is for cloud-init to look into', () => {
  expect(severities(Uint8Array.of(0x1f, 0x8b, 8, 0))).toEqual([]);
});
