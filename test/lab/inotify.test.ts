import { watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { inotifyHint, inotifyInstances } from '../../src/lab/inotify.ts';

test.each([
  [128, [], undefined],
  [128, [20, 112], undefined],
  [65_535, [2000], undefined],
  [
    128,
    [20, 113],
    'fs.inotify.max_user_instances is 128 here, and 113 are in use: sysctl fs.inotify.max_user_instances=65535',
  ],
])('of %d instances users have %j: %s', (limit, used, hint) =>
  expect(inotifyHint(limit, new Map(used.map((count, uid) => [uid, count])))).toBe(hint),
);

test('the instances of this process are counted', async () => {
  const watcher = watch(tmpdir());
  expect((await inotifyInstances()).get(process.getuid?.() ?? 0)).toBeGreaterThan(0);
  watcher.close();
});
