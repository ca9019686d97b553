/** Release of Debian the image is made of. mmdebstrap knows its archive, updates and security included. */
export const SUITE = 'bookworm';

/** Debian's kernels: with drivers for every server, or for the virtual hardware of large clouds. */
export const KERNELS = { generic: 'linux-image-amd64', cloud: 'linux-image-cloud-amd64' } as const;
export type Kernel = keyof typeof KERNELS;

export const isKernel = (name: string): name is Kernel => Object.hasOwn(KERNELS, name);

/** What makes a machine out of Debian; the relay's own needs come from its package's `Depends`. */
export const MACHINE_PACKAGES = [
  'ca-certificates',
  'cloud-init',
  // Does nothing until the setting `turn` is on.
  'coturn',
  'dbus',
  'e2fsprogs',
  'initramfs-tools',
  'iproute2',
  'iputils-ping',
  'less',
  'libnss-myhostname',
  'libpam-systemd',
  // For `man chatmail`.
  'man-db',
  'nano',
  // Writes systemd-networkd's files from the network data that cloud-init gets, as in Debian's own images: what
  // cloud-init 22.4.2 writes by itself has no default route where one is called `default`, or lies outside the net.
  'netplan.io',
  'openssh-server',
  'sudo',
  'systemd-sysv',
  'systemd-timesyncd',
  'unattended-upgrades',
  // Without it init-system-helpers brings usrmerge, and with that 47 MB of Perl.
  'usr-is-merged',
  // Compresses the initramfs at each kernel upgrade.
  'zstd',
] as const;

/**
 * Debian 12 as Debian's cloud team puts `genericcloud` together (classes EXTRAS and CLOUD of debian-cloud-images),
 * but for GRUB's packages: the boot loaders are as in the relay's image.
 */
export const STOCK_PACKAGES = [
  ...['apparmor', 'apt-utils', 'bash-completion', 'ca-certificates', 'cloud-guest-utils', 'cloud-init'],
  ...['cloud-initramfs-growroot', 'dbus', 'init', 'iptables', 'iproute2', 'iputils-ping', 'less'],
  ...['libnss-myhostname', 'libpam-systemd', 'man-db', 'nano', 'netbase'],
  ...['netplan.io', 'openssh-server', 'polkitd', 'ssh-import-id', 'sudo', 'systemd-resolved'],
  ...['systemd-timesyncd', 'unattended-upgrades', 'vim-tiny', 'whiptail', 'zstd'],
] as const;

/**
 * Names in a `Depends` field (Debian policy §7.1): versions and architectures go, and of alternatives the
 * first stays, as apt would choose.
 */
export const parseDepends = (field: string): readonly string[] =>
  field
    .split(',')
    .map(
      (clause) =>
        clause
          .split('|')[0]
          ?.replace(/[([<].*$/, '')
          .replace(/:\w+\s*$/, '')
          .trim() ?? '',
    )
    .filter((name) => name !== '');

/** All packages of the relay's base system, sorted, each once. */
export const basePackages = (relayDepends: string, kernel: Kernel): readonly string[] =>
  [...new Set([...MACHINE_PACKAGES, KERNELS[kernel], ...parseDepends(relayDepends)])].sort();

/** The packages, and after them those of `more` that are not among them, sorted. */
export const withMore = (packages: readonly string[], more: readonly string[]): readonly string[] => [
  ...packages,
  ...[...new Set(more)].filter((name) => !packages.includes(name)).sort(),
];

/** What a package may be called (Debian policy §5.6.1). */
export const isPackageName = (name: string): boolean => /^[a-z0-9][a-z0-9+.-]+$/.test(name);
