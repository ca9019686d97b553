import { expect, test } from 'vitest';
import { readCloud } from '../../../src/relay/cloud/read-cloud.ts';

const INSTANCE_DATA = '/run/cloud-init/instance-data-sensitive.json';
const cloud = (name: string, ds: object) => (path: string) =>
  path === INSTANCE_DATA ? JSON.stringify({ v1: { cloud_name: name }, ds }) : undefined;
const NOTHING = { user: '', vendor: '' };
const FOUND_NOTHING = { ...NOTHING, vendor2: '' };

test.each([
  ['an object', { chatmail_mail_domain: 'a.example', Name: 'vm' }],
  [
    'a list of objects',
    [
      { name: 'chatmail_mail_domain', value: 'a.example' },
      { name: 'x', value: '' },
    ],
  ],
  ['a list of texts', ['x', 'chatmail_mail_domain=a.example']],
  ['JSON', '{"chatmail_mail_domain":"a.example"}'],
  ['a mapping of its own', { chatmail: { mail_domain: 'a.example' } }],
])('tags may be %s', (_, meta) => {
  expect(readCloud(cloud('openstack', { meta_data: { meta } })).tags).toBe('"mail_domain": "a.example"\n');
});

test.each([
  ['no cloud-init', () => undefined],
  ['a cloud that does not answer', cloud('none', { meta_data: {} })],
  ['something that is not what it should be', () => '[]'],
  ['broken data', () => '{'],
])('%s is no cloud', (_, read) => {
  expect(readCloud((path) => (path === INSTANCE_DATA ? read(path) : undefined))).toEqual(FOUND_NOTHING);
});

test.each([
  ['nothing', ''],
  ['half of it', '{"user":"#clo'],
  ['other JSON', '{"user":1}'],
  ['null', 'null'],
])('%s of what it said at an earlier boot is said to be lost', (_, kept) => {
  expect(readCloud(cloud('none', {}), kept)).toEqual({ ...NOTHING, isLost: true });
  expect(readCloud(cloud('hetzner', {}), kept)).toEqual({ ...FOUND_NOTHING, name: 'hetzner', tags: '' });
});

test('what it said at an earlier boot holds while it is silent, and no longer', () => {
  const kept = { ...NOTHING, name: 'aws', user: '#cloud-config\nchatmail: {}\n' };
  expect(readCloud(cloud('none', {}), JSON.stringify(kept))).toEqual(kept);
  expect(readCloud(cloud('hetzner', {}), JSON.stringify(kept))).toEqual({
    ...FOUND_NOTHING,
    name: 'hetzner',
    tags: '',
  });
});

test('a cloud of which nothing is known has a name', () => {
  expect(readCloud(cloud('constructor', { meta_data: { local_hostname: 'vm' } }))).toMatchObject({
    name: 'constructor',
    hostName: 'vm',
  });
});

const MERGED = '#cloud-config\n\nchatmail:\n  mail_domain: merged.example\n';
const instance =
  (files: Readonly<Record<string, string>>) =>
  (path: string): string | undefined =>
    files[path.replace('/var/lib/cloud/instance/', '')];

test.each([
  ['cloud-config', '#cloud-config\nchatmail: {}\n', true],
  ['cloud-config below empty lines', '\n\n#cloud-config\nchatmail: {}\n', true],
  ['cloud-config in capitals', '#CLOUD-CONFIG\nchatmail: {}\n', true],
  ['cloud-config by a longer name', '#cloud-configuration\nchatmail: {}\n', true],
  ['an archive', '#cloud-config-archive\n- content: x\n', false],
  ['a patch', '#cloud-config-jsonp\n[]\n', false],
  ['a template', '## template: jinja\n#cloud-config\n', false],
  ['MIME', 'MIME-Version: 1.0\n', false],
])('%s is read from where its meaning is', (_, text, isAsWritten) => {
  const read = instance({
    'user-data.txt': text,
    'cloud-config.txt': MERGED,
    'vendor-data.txt': text,
    'vendor-cloud-config.txt': MERGED,
    'vendor-data2.txt': text,
    'vendor2-cloud-config.txt': MERGED,
  });
  const expected = isAsWritten ? text : MERGED;
  expect(readCloud(read)).toEqual({ user: expected, vendor: expected, vendor2: expected });
});

test.each([
  ['that user-data does not want', {}],
  ['of which user-data wants the scripts only', { 'vendor-cloud-config.txt': '' }],
  ['and user-data for another machine of a group', { 'cloud-config.txt': '', 'vendor-cloud-config.txt': '' }],
])('vendor-data %s is not there', (_, merged) => {
  const text = '#cloud-config\nchatmail: {}\n';
  const read = instance({ 'user-data.txt': text, 'vendor-data.txt': text, ...merged });
  expect(readCloud(read)).toEqual(FOUND_NOTHING);
});
