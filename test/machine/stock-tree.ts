import { createHash } from 'node:crypto';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cachedTree, treeCache } from '../../src/lab/tree-cache.ts';

/**
 * Debian 12 as Debian's cloud team puts `genericcloud` together (class EXTRAS and CLOUD of debian-cloud-images),
 * from Debian's packages and with nothing of ours; without a kernel, which a container does not have.
 */
const PACKAGES = [
  ...['apparmor', 'apt-utils', 'bash-completion', 'ca-certificates', 'cloud-guest-utils', 'cloud-init'],
  ...['cloud-initramfs-growroot', 'dbus', 'init', 'iptables', 'iproute2', 'iputils-ping', 'less'],
  ...['libnss-myhostname', 'libpam-systemd', 'man-db', 'nano', 'netbase', 'netplan.io', 'openssh-server'],
  ...['polkitd', 'ssh-import-id', 'sudo', 'systemd-resolved', 'systemd-timesyncd', 'unattended-upgrades'],
  ...['vim-tiny', 'whiptail', 'zstd'],
];
export const KERNEL = ['linux-image-cloud-amd64'];

/** A provider's image may be older than this. */
const MAX_AGE_MS = 7 * 86_400_000;

const command = (packages: readonly string[]): string[] => [
  ...['--variant=important', '--format=tar', '--quiet', `--include=${packages.join()}`],
  ...['--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Languages "none"'],
  // As in Debian's image: no identity, and names resolved by systemd.
  '--customize-hook=: > "$1/etc/machine-id"; rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/hostname"',
  '--customize-hook=rm "$1/etc/resolv.conf"; ln -s /run/systemd/resolve/resolv.conf "$1/etc/resolv.conf"',
  // What cloud-init's module for it wants to set.
  '--customize-hook=echo en_US.UTF-8 UTF-8 > "$1/etc/locale.gen"; chroot "$1" locale-gen',
  '--customize-hook=chroot "$1" systemctl enable systemd-networkd',
  'bookworm',
];

/** A tar of it, made once a week; minutes when it is made. */
export const stockTar = async (more: readonly string[] = []): Promise<string> => {
  const argv = command([...PACKAGES, ...more]);
  const key = createHash('sha256').update(argv.join('\0')).digest('hex').slice(0, 16);
  await mkdir(treeCache(), { recursive: true });
  const tar = join(treeCache(), '..', `stock-${key}.tar`);
  const age = await stat(tar).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Infinity,
  );
  if (age > MAX_AGE_MS) {
    await execa('mmdebstrap', [...argv, `${tar}.part`], { stdio: ['ignore', 'inherit', 'inherit'] });
    await rename(`${tar}.part`, tar);
  }
  return tar;
};

export const stockTree = async (): Promise<string> => cachedTree(await stockTar());
