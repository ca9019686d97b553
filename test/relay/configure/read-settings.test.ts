import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { printProblems } from '../../../src/config/print-problems.ts';
import { readCloud } from '../../../src/relay/cloud/read-cloud.ts';
import { settingsSources } from '../../../src/relay/cloud/settings-sources.ts';
import { readSettings } from '../../../src/relay/configure/read-settings.ts';

const USER_DATA = '/var/lib/cloud/instance/user-data.txt';
const MERGED = '/var/lib/cloud/instance/cloud-config.txt';
const VENDOR = '#cloud-config\nchatmail: {mail_domain: v.example}';
const VENDOR_DATA = {
  '/var/lib/cloud/instance/vendor-data.txt': VENDOR,
  '/var/lib/cloud/instance/vendor-cloud-config.txt': VENDOR,
};
const FILE = '/etc/chatmail/chatmail.yaml';

const VENDOR_DATA2 = {
  '/var/lib/cloud/instance/vendor-data2.txt': '#cloud-config\nchatmail: {mail_domain: v2.example}',
  '/var/lib/cloud/instance/vendor2-cloud-config.txt': '#cloud-config\n',
};

/** cloud-init has merged user-data, if need be to nothing. */
const read = (files: Record<string, string>, address?: string, hostNames: string[] = []) => {
  const merged = files[USER_DATA]?.startsWith('#cloud-config') ? '#cloud-config\n' : '';
  const readText = (path: string) => files[path] ?? (path === MERGED ? merged : undefined);
  return readSettings(settingsSources(readCloud(readText), files[FILE]), { address, hostNames });
};

test('the last settings are stronger than a guess, and weaker than what the machine is told', () => {
  const lastKnown = { mail_domain: 'last.example', max_mailbox_size: 2_000_000 };
  const found = readSettings([{ name: FILE, text: 'max_mailbox_size: 3M' }], {
    address: '198.51.100.7',
    lastKnown,
  });
  expect(found.ok && found.value.settings).toMatchObject({
    mail_domain: 'last.example',
    max_mailbox_size: 3 * 2 ** 20,
  });
  expect(found.ok && found.value.sources.mail_domain).toBe('last configuration');
});

describe('where settings come from', () => {
  test.each([
    ['nothing: the address', {}, '198.51.100.7', 'IPv4 address'],
    ['the file', { [FILE]: 'mail_domain: a.example' }, 'a.example', FILE],
    [
      'user-data',
      { [USER_DATA]: '#cloud-config\nchatmail:\n  mail_domain: b.example\n' },
      'b.example',
      'user-data',
    ],
    [
      'user-data before the file',
      {
        [USER_DATA]: '#cloud-config\nchatmail: {mail_domain: b.example}\n',
        [FILE]: 'mail_domain: a.example',
      },
      'b.example',
      'user-data',
    ],
    [
      'user-data that says nothing of us',
      { [USER_DATA]: '#cloud-config\npackages: [vim]\n', [FILE]: 'mail_domain: a.example' },
      'a.example',
      FILE,
    ],
    ['a script as user-data', { [USER_DATA]: '#!/bin/sh\n{[' }, '198.51.100.7', 'IPv4 address'],
    [
      'parts as user-data, merged by cloud-init',
      {
        [USER_DATA]: 'Content-Type: multipart/mixed',
        [MERGED]: '#cloud-config\nchatmail:\n  mail_domain: c.example\n',
      },
      'c.example',
      'user-data',
    ],
    [
      'user-data with CRLF',
      { [USER_DATA]: '#cloud-config\r\nchatmail:\r\n  mail_domain: b.example\r\n' },
      'b.example',
      'user-data',
    ],
  ])('%s', (_, files, domain, source) => {
    const found = read(files, '198.51.100.7');
    expect(found.ok && [found.value.settings.mail_domain, found.value.sources.mail_domain]).toEqual([
      domain,
      source,
    ]);
  });

  const wrote = (content: string, more = '') =>
    `#cloud-config\nwrite_files:\n  - path: ${FILE}\n${more}    content: ${content}\n`;
  const INSTANCE_DATA = '/run/cloud-init/instance-data-sensitive.json';
  const tagged = (tags: object) =>
    JSON.stringify({ v1: { cloud_name: 'openstack' }, ds: { meta_data: { meta: tags } } });
  test.each([
    [
      'a file that user-data writes',
      { [USER_DATA]: wrote('|\n      mail_domain: d.example') },
      'd.example',
      'user-data',
    ],
    [
      'the same, written by now',
      { [USER_DATA]: wrote('|\n      mail_domain: d.example'), [FILE]: 'mail_domain: d.example\n' },
      'd.example',
      'user-data',
    ],
    [
      'the same, changed in the machine since',
      { [USER_DATA]: wrote('|\n      mail_domain: d.example'), [FILE]: 'mail_domain: e.example\n' },
      'e.example',
      FILE,
    ],
    [
      'the same, encoded',
      { [USER_DATA]: wrote(Buffer.from('mail_domain: d.example').toString('base64'), '    encoding: b64\n') },
      'd.example',
      `${FILE} in user-data`,
    ],
    [
      'the same, compressed',
      {
        [USER_DATA]: wrote(gzipSync('mail_domain: d.example').toString('base64'), '    encoding: gz+b64\n'),
      },
      'd.example',
      `${FILE} in user-data`,
    ],
    [
      'vendor-data before the file',
      {
        ...VENDOR_DATA,
        [FILE]: 'mail_domain: a.example',
      },
      'v.example',
      'vendor-data',
    ],
    ['vendor-data2 before vendor-data', { ...VENDOR_DATA2, ...VENDOR_DATA }, 'v2.example', 'vendor-data2'],
    [
      'user-data before vendor-data',
      {
        ...VENDOR_DATA,
        [USER_DATA]: '#cloud-config\nchatmail: {mail_domain: b.example}',
      },
      'b.example',
      'user-data',
    ],
    [
      'a tag before the file',
      { [INSTANCE_DATA]: tagged({ chatmail_mail_domain: 't.example' }), [FILE]: 'mail_domain: a.example' },
      't.example',
      'instance metadata',
    ],
    [
      'vendor-data before a tag',
      {
        ...VENDOR_DATA,
        [INSTANCE_DATA]: tagged({ chatmail_mail_domain: 't.example' }),
      },
      'v.example',
      'vendor-data',
    ],
    [
      'a tag with YAML',
      { [INSTANCE_DATA]: tagged({ chatmail: 'mail_domain: t.example', other: 'x' }) },
      't.example',
      'instance metadata',
    ],
    ['the host name before the address', {}, 'name.example.org', 'host name'],
    ['the host name after the file', { [FILE]: 'mail_domain: a.example' }, 'a.example', FILE],
  ])('%s', (_, files, domain, source) => {
    const found = read(files, '198.51.100.7', ['vm', 'name.example.org']);
    expect(found.ok && [found.value.settings.mail_domain, found.value.sources.mail_domain]).toEqual([
      domain,
      source,
    ]);
  });

  test.each([
    ['literal', wrote('|\n      mail_domain: d.example\n      max_mailbox_sice: 1G'), 6, 7],
    ['with a comment and an empty line', wrote('|\n      # mine\n\n      max_mailbox_sice: 1G'), 7, 7],
  ])('a mistake in a file that user-data writes has its place in user-data: %s', (_, text, line, column) => {
    const found = read({ [USER_DATA]: text });
    expect(printProblems(found.problems)).toContain(
      `user-data:${line}:${column}: error: there is no setting`,
    );
    expect(found.problems).toHaveLength(1);
  });

  test('settings of several places add up', () => {
    const found = read({
      [USER_DATA]: '#cloud-config\nchatmail: {mail_domain: b.example}\n',
      [FILE]: 'max_mailbox_size: 1G\nmail_domain: a.example\n',
    });
    expect(found.ok && found.value.settings).toMatchObject({
      mail_domain: 'b.example',
      max_mailbox_size: 2 ** 30,
    });
    expect(found.ok && found.value.sources).toEqual({ mail_domain: 'user-data', max_mailbox_size: FILE });
  });
});

describe('nothing is guessed', () => {
  test.each([
    ['no settings and no address', {}, undefined, ['missing-setting']],
    ['a wrong setting', { [FILE]: 'max_mailbox_size: much' }, '198.51.100.7', ['bad-size']],
    [
      'a wrong domain, though there is an address',
      { [FILE]: 'mail_domain: http://x/' },
      '198.51.100.7',
      ['bad-domain'],
    ],
    [
      'a wrong setting in the weaker place',
      {
        [USER_DATA]: '#cloud-config\nchatmail: {mail_domain: b.example}\n',
        [FILE]: 'mail_domian: a.example',
      },
      '198.51.100.7',
      ['unknown-setting'],
    ],
    ['broken YAML', { [FILE]: 'mail_domain: [' }, '198.51.100.7', ['syntax']],
    [
      'a wrong tag',
      {
        '/run/cloud-init/instance-data-sensitive.json': JSON.stringify({
          v1: { cloud_name: 'aws' },
          ds: { 'meta-data': { tags: { instance: { chatmail_max_load_1m: 'much' } } } },
        }),
      },
      '198.51.100.7',
      ['wrong-type'],
    ],
  ])('%s', (_, files, address, codes) => {
    const found = read(files, address);
    expect(found.ok).toBe(false);
    expect(found.problems.map(({ code }) => code)).toEqual(codes);
  });
});
