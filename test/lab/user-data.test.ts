import { expect, test } from 'vitest';
import { remarksOnUserData } from '../../src/lab/user-data.ts';

const severities = (bytes: Uint8Array) => remarksOnUserData(bytes).map(({ severity }) => severity);

test.each([
  ['cloud-config', '#cloud-config\nchatmail: {}\n', []],
  ['Windows line ends', '#cloud-config\r\n', []],
  ['a script', '#!/bin/sh\n', []],
  ['a template', '## template: jinja\n#cloud-config\n', []],
  ['an archive', '#cloud-config-archive\n[]\n', []],
  ['a patch', '#cloud-config-jsonp\n[]\n', []],
  ['an empty first line', '\n\n#cloud-config\n', []],
  ['capitals', '#CLOUD-CONFIG\n', []],
  ['a longer header', '#cloud-configuration\n', []],
  ['MIME', 'Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n', []],
  ['MIME without its version', 'Content-Type: multipart/mixed; boundary="x"\n', ['error']],
  ['16,384 bytes', `#cloud-config\n${'#'.repeat(16_370)}`, []],
  ['one more', `#cloud-config\n${'#'.repeat(16_371)}`, ['warning']],
  ['bare settings', 'mail_domain: a.example\n', ['error']],
  ['another spelling of cloud-config', '#cloudconfig\n', ['error']],
  ['a byte-order mark', '\ufeff#cloud-config\n', ['error']],
  ['nothing', '', ['error']],
])('%s', (_, text, expected) => {
  expect(severities(Buffer.from(text))).toEqual(expected);
});

test('gzip is for cloud-init to look into', () => {
  expect(severities(Uint8Array.of(0x1f, 0x8b, 8, 0))).toEqual([]);
});
