import { describe, expect, test } from 'vitest';
import { candidates, missing, packagesOf } from '../../src/requirements/missing.ts';
import { BRINGS_SERVICES, isJob, JOBS, type Job, REQUIREMENTS } from '../../src/requirements/table.ts';

const everything = () => true;
const nothing = () => false;
const allBut =
  (...absent: readonly string[]) =>
  (what: string) =>
    !absent.includes(what);

test.each<[string, readonly Job[], (what: string) => boolean, readonly string[]]>([
  ['all there', ['build', 'test'], everything, []],
  ['one program', ['build'], allBut('sfdisk'), ['fdisk']],
  ['two programs of one package', ['build'], allBut('mkfs.ext4', 'debugfs'), ['e2fsprogs']],
  ['a file', ['build'], allBut('/usr/lib/grub/i386-pc/boot.img'), ['grub-pc-bin']],
  ['wanted by two jobs', ['build', 'try-nspawn'], allBut('tar', 'unshare'), ['tar', 'util-linux']],
  ['of no concern to the job', ['package'], allBut('mmdebstrap'), []],
  [
    'sorted',
    ['try-nspawn'],
    nothing,
    ['iproute2', 'mount', 'systemd-container', 'tar', 'util-linux', 'zstd'],
  ],
])('%s', (_, jobs, has, packages) => {
  expect(packagesOf(missing(jobs, has))).toEqual(packages);
});

test('what is missing is named once', () => {
  expect(missing(['build', 'test'], allBut('zstd'))).toEqual([{ what: 'zstd', package: 'zstd' }]);
});

test.each([
  ['/usr/share/OVMF/OVMF_CODE.fd', '/bin', ['/usr/share/OVMF/OVMF_CODE.fd']],
  ['ip', '/a:/b', ['/a/ip', '/b/ip', '/usr/local/sbin/ip', '/usr/sbin/ip', '/sbin/ip']],
  ['ip', ':.:/a', ['/a/ip', '/usr/local/sbin/ip', '/usr/sbin/ip', '/sbin/ip']],
  ['ip', undefined, ['/usr/bin/ip', '/bin/ip', '/usr/local/sbin/ip', '/usr/sbin/ip', '/sbin/ip']],
])('%s is looked for on %s', (what, path, places) => expect(candidates(what, path)).toEqual(places));

describe('the table', () => {
  const lines = JOBS.flatMap((job) => [...REQUIREMENTS[job]] as (readonly [string, string])[]);

  test('names Debian packages', () => {
    for (const [, name] of lines) expect(name).toMatch(/^[a-z0-9][a-z0-9+.-]+$/);
  });

  test('says the same of one program everywhere', () => {
    for (const [what, name] of lines) {
      expect(lines.filter((line) => line[0] === what).every((line) => line[1] === name)).toBe(true);
    }
  });

  test('has a test job that contains build and both ways to try', () => {
    const all = REQUIREMENTS.test.map(([what]) => what);
    for (const job of ['build', 'try-nspawn', 'try-qemu'] as const) {
      expect(all).toEqual(expect.arrayContaining(REQUIREMENTS[job].map(([what]) => what)));
    }
    expect(BRINGS_SERVICES.has('test')).toBe(true);
  });

  test.each([
    ['build', true],
    ['toString', false],
    ['', false],
  ])('%s is a job: %s', (name, answer) => expect(isJob(name)).toBe(answer));
});
