/**
 * What the operator's machine needs, by job. Every line: what must be there, and the Debian 12 package that
 * has it. A program is looked for on the PATH and in the `sbin` folders, a path as it stands.
 */
const MMDEBSTRAP = [
  ['mmdebstrap', 'mmdebstrap'],
  ['dpkg', 'dpkg'],
  ['tar', 'tar'],
  ['zstd', 'zstd'],
  ['unshare', 'util-linux'],
  ['/usr/share/keyrings/debian-archive-keyring.gpg', 'debian-archive-keyring'],
] as const;

const DISK = [
  ['sfdisk', 'fdisk'],
  ['mkfs.ext4', 'e2fsprogs'],
  ['debugfs', 'e2fsprogs'],
  ['mkfs.vfat', 'dosfstools'],
  ['mcopy', 'mtools'],
  ['grub-mkimage', 'grub-common'],
  ['qemu-img', 'qemu-utils'],
  ['/usr/lib/grub/i386-pc/boot.img', 'grub-pc-bin'],
  ['/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed', 'grub-efi-amd64-signed'],
  ['/usr/lib/shim/shimx64.efi.signed', 'shim-signed'],
] as const;

const NSPAWN = [
  ['systemd-nspawn', 'systemd-container'],
  ['ip', 'iproute2'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['mount', 'mount'],
  ['tar', 'tar'],
  ['zstd', 'zstd'],
] as const;

const QEMU = [
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['qemu-img', 'qemu-utils'],
  ['/usr/share/seabios/bios-256k.bin', 'seabios'],
  ['/usr/share/OVMF/OVMF_CODE.fd', 'ovmf'],
  ['setpriv', 'util-linux'],
  ['ssh-keygen', 'openssh-client'],
] as const;

/** Servers that a test runs with a configuration of its own, and the clients that speak to them. */
const SERVERS = [
  ['/usr/sbin/postfix', 'postfix'],
  ['/usr/sbin/dovecot', 'dovecot-core'],
  ['/usr/lib/dovecot/imap', 'dovecot-imapd'],
  ['/usr/lib/dovecot/lmtp', 'dovecot-lmtpd'],
  ['systemd-socket-activate', 'systemd'],
  ['openssl', 'openssl'],
  ['qrencode', 'qrencode'],
  ['gpg', 'gnupg'],
  ['opendkim', 'opendkim'],
  ['/usr/lib/python3/dist-packages/dkim/__init__.py', 'python3-dkim'],
  ['/usr/lib/python3/dist-packages/nacl/__init__.py', 'python3-nacl'],
  ['xmllint', 'libxml2-utils'],
  ['swaks', 'swaks'],
  ['turnutils_uclient', 'coturn'],
  ['/usr/lib/python3/dist-packages/prometheus_client/openmetrics', 'python3-prometheus-client'],
  ['/usr/lib/python3/dist-packages/yaml/__init__.py', 'python3-yaml'],
  ['chromium', 'chromium'],
  ['dnsmasq', 'dnsmasq-base'],
  ['/usr/sbin/haproxy', 'haproxy'],
  ['/usr/sbin/nginx', 'nginx-light'],
  ['/usr/lib/nginx/modules/ngx_stream_module.so', 'libnginx-mod-stream'],
  ['faketime', 'faketime'],
  ['unbound', 'unbound'],
  ['rsync', 'rsync'],
  ['git', 'git'],
] as const;

/** The small internet: an authoritative name server, and a certificate authority. */
const INTERNET = [
  ['/usr/sbin/knotd', 'knot'],
  ['pebble', 'pebble'],
] as const;

const LINTERS = [
  ['lintian', 'lintian'],
  ['shellcheck', 'shellcheck'],
] as const;

/** Whose completions are tried. */
const SHELLS = [
  ['zsh', 'zsh'],
  ['fish', 'fish'],
] as const;

const PACKER = [['packer', 'packer']] as const;

const RELEASE = [
  ['dpkg-deb', 'dpkg'],
  ['apt-ftparchive', 'apt-utils'],
  ['gpg', 'gnupg'],
  ['gpgconf', 'gpgconf'],
  ['tar', 'tar'],
] as const;

/** An ordinary user has this, besides, to map a range of user ids. */
const UNPRIVILEGED = [['newuidmap', 'uidmap']] as const;

type Requirement = readonly [what: string, debianPackage: string];

export const REQUIREMENTS = {
  /** The relay's Debian package. */
  package: [['dpkg-deb', 'dpkg']],
  /** A folder to publish, besides the images in it. */
  release: RELEASE,
  /** An image, as root. */
  build: [...MMDEBSTRAP, ...DISK],
  /** An image, as an ordinary user. */
  'build-unprivileged': [...MMDEBSTRAP, ...DISK, ...UNPRIVILEGED],
  'try-nspawn': NSPAWN,
  'try-qemu': QEMU,
  packer: [['dpkg-deb', 'dpkg'], ['xz', 'xz-utils'], ...PACKER],
  /** `packer build --builder qemu`, besides. */
  'packer-qemu': [
    ['qemu-system-x86_64', 'qemu-system-x86'],
    ['qemu-img', 'qemu-utils'],
    ['/usr/share/seabios/bios-256k.bin', 'seabios'],
    ['ssh-keygen', 'openssh-client'],
  ],
  test: [
    ...RELEASE,
    ...MMDEBSTRAP,
    ...DISK,
    ...UNPRIVILEGED,
    ...NSPAWN,
    ...QEMU,
    ['genisoimage', 'genisoimage'],
    ...SERVERS,
    ...INTERNET,
    ...LINTERS,
    ...SHELLS,
    ...PACKER,
  ],
} as const satisfies Readonly<Record<string, readonly Requirement[]>>;

export type Job = keyof typeof REQUIREMENTS;

export const JOBS = Object.keys(REQUIREMENTS) as readonly Job[];

export const isJob = (name: string): name is Job => Object.hasOwn(REQUIREMENTS, name);

/** Jobs whose packages bring services along, which must not be started on the operator's machine. */
export const BRINGS_SERVICES: ReadonlySet<Job> = new Set<Job>(['test']);
