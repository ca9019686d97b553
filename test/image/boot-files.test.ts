import { expect, test } from 'vitest';
import { BIOS_MODULES, embeddedGrubConfig, fstab, grubConfig } from '../../src/image/boot-files.ts';

const UUID = '01234567-89ab-8def-8123-456789abcdef';

test('GRUB finds its configuration by the file system', () => {
  expect(embeddedGrubConfig(UUID)).toBe(
    `search.fs_uuid ${UUID} root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n`,
  );
});

test('grub.cfg names the links that Debian keeps, never a version', () => {
  const config = grubConfig(UUID);
  expect(config).toContain(`linux /vmlinuz root=UUID=${UUID} ro console=tty0 console=ttyS0,115200`);
  expect(config).toContain('initrd /initrd.img\n');
  expect(config).toContain(`linux /vmlinuz.old root=UUID=${UUID} `);
  expect(config).not.toMatch(/\d+\.\d+\.\d+-/);
});

test('the root file system grows with its partition', () => {
  expect(fstab(UUID)).toBe(`UUID=${UUID} / ext4 errors=remount-ro,x-systemd.growfs 0 1\n`);
});

test('GRUB for BIOS can read a GPT, ext4 and its configuration', () => {
  expect(BIOS_MODULES).toEqual(
    expect.arrayContaining(['part_gpt', 'ext2', 'search_fs_uuid', 'configfile', 'normal', 'linux']),
  );
});
