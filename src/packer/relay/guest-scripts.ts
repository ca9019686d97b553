import { LEFTOVERS } from '../../image/finish-script.ts';
import { IDENTITY_RULES, NEEDED, PRIVATE_KEYS, WITHOUT_PASSWORD } from '../../image/identity-rules.ts';
import { quickUcf } from '../../image/quick-ucf.ts';

/**
 * Scripts that run as root in the machine that becomes the image, in this order. They are the same for every
 * builder. What an image must have and must not have is said once, for images built here and in a cloud.
 */
const HEAD = '#!/bin/sh\n# Written by chatmail-image.\nset -eu\n';

/** A pattern of ours as grep -E takes it. */
const extended = ({ source }: RegExp): string => source.replaceAll('\\/', '/');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const WAIT = `${HEAD}
. /etc/os-release
if [ "$ID $VERSION_ID" != 'debian 12' ]; then
  echo "this is $PRETTY_NAME, and a relay needs Debian 12" >&2
  exit 1
fi
# Debian's own upgrades wait until the next boot.
systemctl stop apt-daily.timer apt-daily-upgrade.timer
# A machine that is still being set up installs packages, and rewrites what we write. Status 2 is "done, with
# warnings" since 23.4.
if command -v cloud-init >/dev/null; then
  timeout 15m cloud-init status --wait --long || [ $? = 2 ]
fi
`;

const INSTALL = `${HEAD}
# No service starts here: it would make the keys that belong to the machines of the image.
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
# Dovecot has thirty files in the care of ucf(1), which starts debconf for each though there is nothing to ask.
${quickUcf('/usr/local/bin/ucf')}
trap 'rm -f /usr/sbin/policy-rc.d /usr/local/bin/ucf' EXIT

# Whoever else listens at the relay's ports, or resolves names, does so no more where the image is started.
for pid in $(ss -Hltnp | sed -nE '/:(25|53|80|143|443|465|587|993) /s/.*pid=([0-9]+).*/\\1/p'); do
  unit=$(grep -om1 '[^/]*\\.service$' "/proc/$pid/cgroup") && systemctl --quiet disable "$unit" || true
done

export DEBIAN_FRONTEND=noninteractive
apt-get --quiet -o DPkg::Lock::Timeout=300 -o Acquire::Languages=none update
apt='apt-get --quiet --yes -o DPkg::Lock::Timeout=300 --no-install-recommends'
$apt --download-only install /tmp/chatmail-relay.deb
# As in the tree of an image that is not running: no package reloads systemd, which takes longer than the rest of it.
# Without that folder names may not be resolved; by now there is nothing left to fetch.
unshare --mount sh -euc "mount -t tmpfs none /run/systemd; $apt install /tmp/chatmail-relay.deb"
systemctl --quiet add-wants multi-user.target postfix dovecot nginx opendkim unbound
# It would tell systemd-resolved of unbound, and start it for that.
systemctl --quiet mask unbound-resolvconf
if command -v ufw >/dev/null; then
  ufw allow proto tcp to any port 25,80,143,443,465,587,993
fi

# Settings that are all comments are none.
if grep -q '^[^#[:space:]]' /tmp/chatmail.yaml; then
  install -D -m 644 /tmp/chatmail.yaml /etc/chatmail/chatmail.yaml
fi
rm -f /tmp/chatmail-relay.deb /tmp/chatmail.yaml
`;

/** GRUB of the cloud's own Debian finds the kernel by itself. */
const isOfOurDisk = (path: RegExp): boolean => /vmlinuz\$|initrd\\\.img\$/.test(path.source);

const SELF_TEST = `${HEAD}
bad=0
need() {
  if ! find / -xdev -path /usr/share -prune -o -print | grep -qE -e "$2"; then
    echo "the image would lack $1" >&2
    bad=1
  fi
}
${NEEDED.filter(([, path]) => !isOfOurDisk(path))
  .map(([what, path]) => `need ${quoted(what)} ${quoted(extended(path))}\n`)
  .join('')}
audit=$(dpkg --audit)
# Some images leave documentation out.
changed=$(dpkg --verify chatmail-relay | grep -vE ' /usr/share/(doc|man)(/|$)' || true)
if [ -n "$audit$changed" ]; then
  echo "packages are not as they should be: $audit $changed" >&2
  bad=1
fi
for unit in chatmail-configure.service chatmail-firstboot.service cloud-final.service; do
  if ! systemctl --quiet is-enabled "$unit"; then
    echo "$unit would not start" >&2
    bad=1
  fi
done
exit "$bad"
`;

const patternFile = (mayBeEmpty: boolean): string => (mayBeEmpty ? '"$lists/filled"' : '"$lists/all"');

const SEAL = `${HEAD}
export LC_ALL=C

# The options that 22.4.2 has; --machine-id would remove the file, and systemd takes that for a first boot that
# presets all units.
if command -v cloud-init >/dev/null; then
  cloud-init clean --logs --seed
fi
# What cloud-init wrote for the network of this one machine.
rm -f /etc/apt/apt.conf.d/90cloud-init-aptproxy /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init* \\
  /etc/systemd/network/10-cloud-init-* /etc/udev/rules.d/70-persistent-net.rules
# Azure's agent has certificates of this machine.
if command -v waagent >/dev/null; then
  waagent -force -deprovision
  rm -rf /var/lib/waagent/*
fi

# It saves a seed when it is stopped, and it would be stopped when the machine is.
systemctl stop systemd-random-seed.service || true
journalctl --relinquish-var
apt-get clean

cd /
rm -rf -- ${LEFTOVERS.filter((path) => path !== 'run/*').join(' ')}
rm -rf -- root/.ssh/* home/*/.ssh/* root/.*_history home/*/.*_history
rm -rf -- var/lib/dhcp/*lease* var/lib/NetworkManager/*lease* var/lib/systemd/network/*lease*
rm -rf -- var/lib/systemd/credential.secret var/log/journal/*
find var/log -xdev -type f -exec truncate --no-create --size 0 {} +
: >etc/machine-id
# Some clouds give root a password. The key of a machine's owner is its way in.
sed -i 's/^\\([^:]*\\):[^!*:][^:]*:/\\1:*:/; s/^\\([^:]*\\)::/\\1:*:/' etc/shadow

# Nothing of identity may be left: the same rules as for an image that is built by chatmail-image.
lists=$(mktemp -d /run/chatmail-seal-XXXXXX)
trap 'rm -rf "$lists"' EXIT
boot=''
if mountpoint -q /boot/efi; then boot=/boot/efi; fi
find / $boot -xdev -path /usr/share -prune -o ! -type d -print0 >"$lists/all"
find / $boot -xdev -path /usr/share -prune -o ! -type d ! \\( -type f -empty \\) -print0 >"$lists/filled"
bad=0
left() {
  while IFS= read -r path; do
    echo "$path: $1" >&2
    bad=1
  done <"$lists/found"
}
rule() {
  grep -zE -e "$2" "$3" | tr '\\0' '\\n' >"$lists/found"
  left "$1"
}
${IDENTITY_RULES.map(
  ({ rule, path, mayBeEmpty = false }) =>
    `rule ${quoted(rule)} ${quoted(extended(path))} ${patternFile(mayBeEmpty)}\n`,
).join('')}
private_keys() (
  ${PRIVATE_KEYS}
)
private_keys / >"$lists/found"
left 'no private key'
grep -vE -e ${quoted(extended(WITHOUT_PASSWORD))} etc/shadow | cut -d: -f1 >"$lists/found" || true
left 'no password'
if [ "$bad" != 0 ]; then
  echo 'the image would hold an identity' >&2
  exit 1
fi

# What is free is given back, so that the image is small. Not every disk can.
fstrim --all --quiet-unsupported || true
sync
`;

/** By file name, in the order they run in. */
export const GUEST_SCRIPTS = {
  'wait.sh': WAIT,
  'install.sh': INSTALL,
  'self-test.sh': SELF_TEST,
  'seal.sh': SEAL,
} as const;
