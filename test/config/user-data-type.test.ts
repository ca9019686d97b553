import { expect, test } from 'vitest';
import { userDataType } from '../../src/config/user-data-type.ts';

test.each([
  ['#cloud-config\n', '#cloud-config'],
  ['\n \t\r\n#cloud-config\n', '#cloud-config'],
  ['#Cloud-Config\n', '#cloud-config'],
  ['#cloud-configuration\n', '#cloud-config'],
  ['#cloud-config extra\n', '#cloud-config'],
  ['#cloud-config-archive\n', '#cloud-config-archive'],
  ['#cloud-config-jsonp\n', '#cloud-config-jsonp'],
  ['#include-once\n', '#include'],
  ['#!/bin/sh\n', '#!'],
  ['## template: jinja\n#cloud-config\n', '## template: jinja'],
  ['\ufeff#cloud-config\n', undefined],
  ['# cloud-config\n', undefined],
  ['#cloudconfig\n', undefined],
  ['chatmail: {}\n', undefined],
  ['\n\n', undefined],
  ['', undefined],
])('%j is %s to cloud-init', (text, type) => {
  expect(userDataType(text)).toBe(type);
});
