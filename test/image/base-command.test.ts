import { describe, expect, test } from 'vitest';
import { baseCommand, baseFraction, NO_PROGRESS, readBaseLine } from '../../src/image/base-command.ts';

test('the command, whole', () => {
  const packages = ['acmetool', 'zstd'];
  const files = { dpkgOptions: '/x/dpkg.cfg', initramfs: "/it's here" };
  expect(baseCommand({ variant: 'minbase', packages, ...files })).toEqual([
    'mmdebstrap',
    '--mode=unshare',
    '--variant=minbase',
    '--format=tar',
    '--verbose',
    '--include=acmetool,zstd',
    '--dpkgopt=/x/dpkg.cfg',
    '--dpkgopt=force-unsafe-io',
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Languages "none"',
    '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
    '--setup-hook=hostname debian',
    expect.stringMatching(/^--essential-hook=printf .* >"\$1"\/usr\/local\/bin\/ucf && chmod 755 /),
    '--customize-hook=rm "$1"/usr/local/bin/ucf',
    "--customize-hook=upload '/it'\\''s here/conf.d/chatmail-image' /etc/initramfs-tools/conf.d/chatmail-image",
    "--customize-hook=upload '/it'\\''s here/hooks/chatmail-image' /etc/initramfs-tools/hooks/chatmail-image",
    '--customize-hook=chmod 755 "$1"/etc/initramfs-tools/hooks/chatmail-image',
    expect.stringMatching(
      /^--customize-hook=chroot "\$1" .*update-initramfs -c .*linux-update-symlinks install/,
    ),
    'bookworm',
    '-',
  ]);
});

test('without options for dpkg there are no others than ours, and what finishes the tree comes last', () => {
  const command = baseCommand({ variant: 'important', packages: ['init'], finish: ['true', 'false'] });
  expect(command).toContain('--variant=important');
  expect(command.filter((one) => one.startsWith('--dpkgopt'))).toEqual(['--dpkgopt=force-unsafe-io']);
  expect(command.slice(-4, -2)).toEqual([
    '--customize-hook=chroot "$1" true',
    '--customize-hook=chroot "$1" false',
  ]);
});

describe('progress', () => {
  test.each([
    ['0 upgraded, 69 newly installed, 0 to remove and 0 not upgraded.', { packages: 69 }],
    ['Unpacking libc6:amd64 (2.36-9) ...', { unpacked: 1, detail: 'libc6' }],
    ['Setting up postfix (3.7.11) ...', { configured: 1, detail: 'postfix' }],
    ['I: downloading packages with apt...', { detail: 'downloading packages with apt' }],
    ['Selecting previously unselected package zstd.', {}],
    ['', {}],
  ])('%j', (line, changes) =>
    expect(readBaseLine(NO_PROGRESS, line)).toEqual({ ...NO_PROGRESS, ...changes }),
  );

  const state = (packages: number, unpacked: number, configured: number) =>
    baseFraction({ packages, unpacked, configured, detail: '' });

  test.each([
    ['nothing yet', state(0, 0, 0), 0.1],
    ['first round of two', state(70, 70, 70), 0.1 + 0.85 * (70 / 260)],
    ['half', state(200, 200, 0), 0.525],
    ['all', state(200, 200, 200), 0.95],
    ['more than announced', state(200, 400, 400), 0.99],
  ])('%s', (_, fraction, expected) => expect(fraction).toBeCloseTo(expected));
});
