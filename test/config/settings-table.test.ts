import { expect, test } from 'vitest';
import { SETTING_NAMES } from '../../src/config/schema.ts';
import { settingDetails, settingsMarkdown, settingsTable } from '../../src/config/settings-table.ts';
import { wrap } from '../../src/config/wrap.ts';

test.each([
  ['a bb ccc', 4, ['a bb', 'ccc']],
  ['a bb ccc', 80, ['a bb ccc']],
  ['abcdef gh', 3, ['abcdef', 'gh']],
])('%j in %s columns', (text, width, lines) => expect(wrap(text, width)).toEqual(lines));

test('the table keeps to the width, and has every setting', () => {
  const lines = settingsTable(SETTING_NAMES, 100).trimEnd().split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  expect(lines.flatMap((line) => /^\w+/.exec(line) ?? [])).toEqual(SETTING_NAMES);
});

test('on a narrow terminal the meaning is still readable', () =>
  expect(settingsTable(['disable_ipv6'], 20)).toBe('disable_ipv6  true/false  false  use IPv4 only\n'));

test('Markdown', () =>
  expect(settingsMarkdown(['max_mailbox_size', 'acme_email'])).toBe(
    `| setting | type | default | meaning |
| --- | --- | --- | --- |
| \`max_mailbox_size\` | size | \`500M\` | largest size of one mailbox |
| \`acme_email\` | e-mail address |  | contact address for the certificate authority |
`,
  ));

test('one setting', () => {
  expect(
    settingDetails('max_load_1m'),
  ).toBe(`max_load_1m: load average over one minute above which no address is created
  type     number
  default  5
  range    0.1 to 100000
`);
  expect(
    settingDetails('www_folder'),
  ).toBe(`www_folder: folder of web pages to publish instead of the default ones
  type     path
  default  none
  example  /srv/www
`);
});
