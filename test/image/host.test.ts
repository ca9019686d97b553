import { expect, test } from 'vitest';
import { buildJobs, type HostFacts, hostProblems } from '../../src/image/host.ts';

const good: HostFacts = {
  platform: 'linux',
  architecture: 'x64',
  isRoot: true,
  user: 'ann',
  missingPackages: [],
  hasSubordinateIds: false,
  folders: [{ folder: '/tmp', free: 5e9, needed: 1e9 }],
};

test.each<[string, Partial<HostFacts>, readonly string[]]>([
  ['all is there', {}, []],
  ['an ordinary user with ids', { isRoot: false, hasSubordinateIds: true }, []],
  ['macOS', { platform: 'darwin', missingPackages: ['zstd'] }, ['this is darwin on x64']],
  ['ARM', { architecture: 'arm64' }, ['this is linux on arm64']],
  ['programs', { missingPackages: ['fdisk', 'zstd'] }, ['Debian packages are missing: fdisk zstd']],
  ['an ordinary user without ids', { isRoot: false }, ['ann has no subordinate user ids in /etc/subuid']],
  [
    'no namespaces',
    { namespaceError: 'unshare failed' },
    ['this computer cannot create namespaces: unshare failed'],
  ],
  [
    'no namespaces is told after the ids are there',
    { isRoot: false, namespaceError: 'unshare failed' },
    ['ann has no subordinate user ids'],
  ],
  ['no room', { folders: [{ folder: '/x', free: 1.5e9, needed: 2e9 }] }, ['/x has 1.5 GB free; 2.0 GB']],
  [
    'all at once',
    {
      missingPackages: ['zstd'],
      namespaceError: 'no',
      folders: [
        { folder: '/x', free: 0, needed: 1 },
        { folder: '/y', free: 0, needed: 1 },
      ],
    },
    ['Debian packages', 'namespaces', '/x has', '/y has'],
  ],
])('%s', (_, facts, messages) => {
  const problems = hostProblems({ ...good, ...facts });
  expect(problems).toHaveLength(messages.length);
  for (const [index, message] of messages.entries()) {
    expect(problems[index]?.message).toContain(message);
    expect(problems[index]?.hint).not.toBe('');
  }
});

test.each([
  [true, ['build']],
  [false, ['build-unprivileged']],
] as const)('root: %s', (isRoot, jobs) => {
  expect(buildJobs(isRoot)).toEqual(jobs);
});
