/**
 * What is left of the making: it names the builder, or differs from build to build, or is made anew by the
 * machine. Shell patterns, from the root of the tree.
 */
export const LEFTOVERS = [
  // A database of Berkeley's has a random name in it; the relay has no aliases.
  'etc/aliases.db',
  'etc/.pwd.lock',
  'etc/group-',
  'etc/gshadow-',
  'etc/passwd-',
  'etc/shadow-',
  'etc/subgid-',
  'etc/subuid-',
  'etc/hostname',
  'etc/mailname',
  'etc/apt/apt.conf.d/99mmdebstrap',
  'etc/dpkg/dpkg.cfg.d/99mmdebstrap',
  // Keys of the builder's making: ssh-keygen and the relay make this machine's own.
  'etc/ssh/ssh_host_*',
  'etc/ssl/private/ssl-cert-snakeoil.key',
  'etc/ssl/certs/ssl-cert-snakeoil.pem',
  'etc/ssl/certs/62742064.0',
  'etc/dovecot/private/dovecot.*',
  'etc/unbound/unbound_*.key',
  'etc/unbound/unbound_*.pem',
  'root/.bash_history',
  'var/cache/apt/*.bin',
  'var/cache/apt/archives/*.deb',
  'var/cache/debconf/*-old',
  'var/cache/ldconfig/aux-cache',
  'var/lib/apt/lists/*_*',
  'var/lib/dpkg/*-old',
  'var/lib/dbus/machine-id',
  'var/lib/systemd/random-seed',
  'var/log/alternatives.log',
  'var/log/apt/*',
  'var/log/bootstrap.log',
  'var/log/dpkg.log',
  'run/*',
  'tmp/*',
  'var/tmp/*',
] as const;

/**
 * Shell script that finishes a tree: `$1` the tree, `$2` the folder of files to lay over it, `$3` the time in
 * seconds that no file may be newer than. Runs with the right to own files as any user.
 */
export const FINISH = `
set -eu
tree=$1 overlay=$2 epoch=$3
cd "$tree"
rm -rf -- ${LEFTOVERS.join(' ')}
# systemd makes a machine's id at its first boot when it finds this file empty (machine-id(5)).
: > etc/machine-id
(cd "$overlay" && umask 022 && find . -type f | while IFS= read -r file; do
  mkdir -p "$tree/$(dirname "$file")"
  rm -f "$tree/$file"
  cp --no-preserve=all "$file" "$tree/$file"
  ! [ -x "$file" ] || chmod 755 "$tree/$file"
done)
find . -xdev -newermt "@$epoch" -exec touch --no-dereference --date="@$epoch" {} +
`;

/** Inside the tree: services of Debian that are not on by themselves. */
export const ENABLE = ['systemctl', 'enable', '--quiet', 'systemd-networkd.service', 'fstrim.timer'] as const;
