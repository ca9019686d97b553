import { expect, test } from 'vitest';
import { unreadDrive } from '../../../src/relay/readiness/unread-drive.ts';

test.each([
  [undefined, 'cidata', /^user-data was not read, although there is a drive labelled cidata: reboot/],
  [undefined, 'CIDATA', /labelled CIDATA/],
  [undefined, 'config-2', /labelled config-2/],
])('cloud %s, a drive labelled %s: said', (cloud, label, said) =>
  expect(unreadDrive(cloud, (path) => path === `/dev/disk/by-label/${label}`)).toMatch(said),
);

test.each([
  [undefined, 'root'],
  ['nocloud', 'cidata'],
  ['openstack', 'config-2'],
])('cloud %s, a drive labelled %s: nothing to say', (cloud, label) =>
  expect(unreadDrive(cloud, (path) => path === `/dev/disk/by-label/${label}`)).toBeUndefined(),
);
