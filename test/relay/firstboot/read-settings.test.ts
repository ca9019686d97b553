import { describe, expect, test } from 'vitest';
import { readSettings } from '../../../src/relay/firstboot/read-settings.ts';
import { settingsSources } from '../../../src/relay/firstboot/settings-sources.ts';

const USER_DATA = '/var/lib/cloud/instance/user-data.txt';
const MERGED = '/var/lib/cloud/instance/cloud-config.txt';
const FILE = '/etc/chatmail/chatmail.yaml';

const read = (files: Record<string, string>, address?: string) =>
  readSettings(
    settingsSources((path) => files[path]),
    address,
  );

describe('where settings come from', () => {
  test.each([
    ['nothing: the address', {}, '198.51.100.7', 'network interface'],
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
    ['a script as user-data', { [USER_DATA]: '#!/bin/sh\n{[' }, '198.51.100.7', 'network interface'],
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
  ])('%s', (_, files, address, codes) => {
    const found = read(files, address);
    expect(found.ok).toBe(false);
    expect(found.problems.map(({ code }) => code)).toEqual(codes);
  });
});
