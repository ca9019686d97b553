import { expect, test } from 'vitest';
import { readYaml } from '../../../src/config/read-yaml.ts';
import { toYaml } from '../../../src/config/to-yaml.ts';
import { editSettings } from '../../../src/relay/configure/edit-settings.ts';

test.each([
  ['an empty file', '', ['mail_domain=a.example'], 'mail_domain: a.example\n'],
  [
    'a file without a final newline',
    'max_load_1m: 7',
    ['mail_domain=a.example'],
    'max_load_1m: 7\nmail_domain: a.example\n',
  ],
  [
    'what is set',
    '# mine\nmax_load_1m: 7\nmail_domain: b.example\n',
    ['max_load_1m=9'],
    '# mine\nmax_load_1m: 9\nmail_domain: b.example\n',
  ],
  ['a comment behind it', 'max_load_1m: 7  # a lot\n', ['max_load_1m=9'], 'max_load_1m: 9  # a lot\n'],
  [
    'what is commented',
    '# load\n#max_load_1m: 5\n# next\n',
    ['max_load_1m=9'],
    '# load\n#max_load_1m: 5\nmax_load_1m: 9\n# next\n',
  ],
  [
    'a list over several lines',
    'tls_external_cert_and_key:\n  - /a/b\n  - /a/c\nmax_load_1m: 7\n',
    ['tls_external_cert_and_key=/x/y /x/z'],
    'tls_external_cert_and_key: "/x/y /x/z"\nmax_load_1m: 7\n',
  ],
  [
    'a name that begins with another',
    'max_mailbox_size: 1G\n',
    ['max_load_1m=9', 'max_mailbox_size=2G'],
    'max_mailbox_size: 2G\nmax_load_1m: 9\n',
  ],
  ['no value', 'acme_email: a@example.org\n', ['acme_email='], 'acme_email: ""\n'],
  ['an unknown name', 'max_load_1m: 7\n', ['x=1'], 'max_load_1m: 7\n'],
])('%s', (_, text, flags, expected) => {
  expect(editSettings(text, flags)).toBe(expected);
});

test.each([
  ['privacy_postal', 'Jane "J" Doe: # $& \\ street'],
  ['privacy_postal', "- it's"],
  ['privacy_pdo', '2024'],
  ['privacy_pdo', 'null'],
  ['privacy_pdo', 'Null'],
  ['privacy_pdo', 'true'],
  ['privacy_pdo', '1e3'],
  ['privacy_pdo', '0x10'],
  ['privacy_pdo', '0o17'],
  ['privacy_pdo', '.inf'],
  ['privacy_pdo', '-1'],
  ['privacy_pdo', '~'],
  ['privacy_pdo', '*a'],
  ['privacy_pdo', '"'],
  ['privacy_pdo', '---'],
  ['data_volume', '2024'],
  ['data_volume', 'null'],
  ['upgrade_reboot_time', '04:00'],
  ['iroh_relay', 'https://iroh.example.org/?a=b#c'],
])('%s is read back as it was given: %s', (name, value) => {
  const text = editSettings(toYaml({ mail_domain: 'a.example' }), [`${name}=${value}`]);
  const read = readYaml({ name: 'x', text });
  expect(read.ok && read.value).toEqual({ mail_domain: 'a.example', [name]: value });
});
