/**
 * The image carries no GRUB packages: only the builder installs a boot loader on it, so they would be
 * 20 MB that only have to be upgraded. grub.cfg names `/vmlinuz` and `/initrd.img`, links that Debian's kernel
 * packages keep (linux-update-symlinks(1)), and so stays true after a kernel upgrade.
 */
const KERNEL_OPTIONS = 'ro console=tty0 console=ttyS0,115200 loglevel=4';

/** What GRUB for BIOS has built in: enough to find and read grub.cfg on ext4 in a GPT. */
export const BIOS_MODULES = [
  'biosdisk',
  'part_gpt',
  'ext2',
  'search',
  'search_fs_uuid',
  'normal',
  'configfile',
  'linux',
  'echo',
  'test',
  'ls',
  'cat',
  'reboot',
  'halt',
  'serial',
  'terminal',
  'minicmd',
] as const;

/** The configuration that GRUB begins with: within itself for BIOS, beside it for UEFI. */
export const embeddedGrubConfig = (rootUuid: string): string =>
  `search.fs_uuid ${rootUuid} root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n`;

const entry = (title: string, suffix: string, rootUuid: string): string => `menuentry '${title}' {
  linux /vmlinuz${suffix} root=UUID=${rootUuid} ${KERNEL_OPTIONS}
  initrd /initrd.img${suffix}
}
`;

/** `/boot/grub/grub.cfg`: the newest kernel, and the one before it to choose by hand. */
export const grubConfig = (rootUuid: string): string => `serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set default=0
set timeout=1
${entry('Debian', '', rootUuid)}
${entry('Debian, previous kernel', '.old', rootUuid)}`;

/** `/etc/fstab`; systemd grows the file system to what its partition has. */
export const fstab = (rootUuid: string): string =>
  `UUID=${rootUuid} / ext4 errors=remount-ro,x-systemd.growfs 0 1\n`;
