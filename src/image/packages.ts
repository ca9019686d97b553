/** Release of Debian the image is made of. mmdebstrap knows its archive, updates and security included. */
export const SUITE = 'bookworm';

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
  'linux-image-cloud-amd64',
  'nano',
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

/** All packages of the base system, sorted, each once. */
export const basePackages = (relayDepends: string): readonly string[] =>
  [...new Set([...MACHINE_PACKAGES, ...parseDepends(relayDepends)])].sort();
