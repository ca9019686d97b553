import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processesOf, systemdHierarchies } from '../../src/lab/cgroup.ts';

const HYBRID = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 24 0:26 / /sys/fs/cgroup rw,relatime shared:4 - tmpfs tmpfs rw,mode=755
31 30 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
32 30 0:28 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
33 30 0:29 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`;
const V2 = '30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 master:1 - cgroup2 cgroup2 rw,nsdelegate';

test.each([
  ['hybrid', HYBRID, ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified']],
  ['v2', V2, ['/sys/fs/cgroup']],
  ['a place with a space', V2.replace('/sys/fs/cgroup', '/a\\040b'), ['/a b']],
  ['none', '', []],
])('the hierarchies of %s', (_, mountinfo, expected) => {
  expect(systemdHierarchies(mountinfo)).toEqual(expected);
});

test('processes are found at every depth', async () => {
  const root = await mkdtemp(join(tmpdir(), 'chatmail-test-'));
  try {
    await mkdir(join(root, 'payload/init.scope'), { recursive: true });
    await writeFile(join(root, 'cgroup.procs'), '');
    await writeFile(join(root, 'payload/cgroup.procs'), '12\n');
    await writeFile(join(root, 'payload/init.scope/cgroup.procs'), '3\n45\n');
    expect((await processesOf(root)).sort((a, b) => a - b)).toEqual([3, 12, 45]);
    expect(await processesOf(join(root, 'none'))).toEqual([]);
  } finally {
    await rm(root, { recursive: true });
  }
});
