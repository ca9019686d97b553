import { expect, test } from 'vitest';
import { mergeExtra } from '../../src/cloud-init/extra.ts';
import { printWorded } from '../../src/config/print-problems.ts';
import { Plain } from '../../src/config/write-yaml.ts';

const OURS = {
  hostname: 'relay',
  write_files: [{ path: '/etc/chatmail/chatmail.yaml', content: 'a\n' }],
  apt: { preserve_sources_list: false },
  bootcmd: ['ours'],
};

const merge = (text: string) => mergeExtra(OURS, { name: 'extra.yaml', text: `#cloud-config\n${text}` });

test.each<[string, string, object]>([
  ['something new', 'timezone: Europe/Berlin', { ...OURS, timezone: 'Europe/Berlin' }],
  ['a list', 'bootcmd: [[theirs, 1]]', { ...OURS, bootcmd: ['ours', ['theirs', 1]] }],
  ['a mapping', 'apt: {conf: x}', { ...OURS, apt: { preserve_sources_list: false, conf: 'x' } }],
  ['the same', 'hostname: relay', OURS],
  [
    'another file',
    'write_files: [{path: /x}]',
    { ...OURS, write_files: [...OURS.write_files, { path: '/x' }] },
  ],
  ['YAML 1.1', 'package_update: yes\nmode: 0644', { ...OURS, package_update: true, mode: new Plain('0644') }],
  ['a date', 'a: 2026-01-01', { ...OURS, a: new Plain('2026-01-01') }],
  ['an alias', 'a: &a [1]\nb: *a', { ...OURS, a: [1], b: [1] }],
  ['nothing', '', OURS],
])('%s is merged in', (_, text, config) => {
  expect(merge(text)).toEqual({ config, problems: [] });
});

test.each<[string, string, string, string]>([
  [
    'another value',
    'timezone: UTC\nhostname: other',
    'conflict',
    'extra.yaml:3:1: error: hostname is set here',
  ],
  [
    'another value inside',
    'apt:\n  preserve_sources_list: true',
    'conflict',
    'extra.yaml:3:3: error: apt.preserve_sources_list',
  ],
  ['another kind', 'bootcmd: ls', 'conflict', 'extra.yaml:2:1: error: bootcmd'],
  [
    'our file',
    'write_files:\n- path: /etc/chatmail/chatmail.yaml',
    'conflict',
    'extra.yaml:2:1: error: /etc/chatmail/chatmail.yaml is written',
  ],
  ['no YAML', 'a: b: c', 'bad-extra', 'extra.yaml:2:'],
  ['a list', '- a', 'bad-extra', 'cloud-config is a mapping'],
  [
    'bombs',
    `a: &a [${'x,'.repeat(9)}]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]`,
    'bad-extra',
    'alias',
  ],
])('%s is refused with its place', (_, text, code, message) => {
  const { config, problems } = merge(text);
  expect(config).toBe(OURS);
  expect(problems).toMatchObject([{ severity: 'error', code }]);
  expect(printWorded(problems)).toContain(message);
});

test('a file that is not cloud-config is refused', () => {
  const { problems } = mergeExtra(OURS, { name: 'x.sh', text: '#!/bin/sh\n' });
  expect(problems).toMatchObject([
    {
      code: 'bad-extra',
      message: 'the first line must be #cloud-config',
      source: { name: 'x.sh' },
      range: { start: 0 },
    },
  ]);
});

test.each(['\n\n#cloud-config', '#Cloud-Config', '#cloud-configuration', '#cloud-config extra'])(
  'begins as cloud-init reads it: %j',
  (header) => {
    const { config, problems } = mergeExtra({}, { name: 'x', text: `${header}\ntimezone: UTC\n` });
    expect({ config, problems }).toEqual({ config: { timezone: 'UTC' }, problems: [] });
  },
);

test.each(['#cloud-config-archive', '#cloud-config-jsonp'])('%s cannot be merged', (header) => {
  expect(mergeExtra({}, { name: 'x', text: `${header}\n[]\n` }).problems).toMatchObject([
    { code: 'bad-extra' },
  ]);
});
