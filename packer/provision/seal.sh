#!/bin/sh
# Written by chatmail-image.
set -eu

export LC_ALL=C

# The options that 22.4.2 has; --machine-id would remove the file, and systemd takes that for a first boot that
# presets all units.
if command -v cloud-init >/dev/null; then
  cloud-init clean --logs --seed
fi
# What cloud-init wrote for the network of this one machine.
rm -f /etc/apt/apt.conf.d/90cloud-init-aptproxy /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init* \
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
rm -rf -- etc/aliases.db etc/.pwd.lock etc/group- etc/gshadow- etc/passwd- etc/shadow- etc/subgid- etc/subuid- etc/hostname etc/mailname etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/ssh/ssh_host_* etc/ssl/private/ssl-cert-snakeoil.key etc/ssl/certs/ssl-cert-snakeoil.pem etc/ssl/certs/62742064.0 etc/dovecot/private/dovecot.* etc/unbound/unbound_*.key etc/unbound/unbound_*.pem root/.bash_history var/cache/apt/*.bin var/cache/apt/archives/*.deb var/cache/debconf/*-old var/cache/ldconfig/aux-cache var/lib/apt/lists/*_* var/lib/dpkg/*-old var/lib/dbus/machine-id var/lib/systemd/random-seed var/log/alternatives.log var/log/apt/* var/log/bootstrap.log var/log/dpkg.log tmp/* var/tmp/*
rm -rf -- root/.ssh/* home/*/.ssh/* root/.*_history home/*/.*_history
rm -rf -- var/lib/dhcp/*lease* var/lib/NetworkManager/*lease* var/lib/systemd/network/*lease*
rm -rf -- var/lib/systemd/credential.secret var/log/journal/*
find var/log -xdev -type f -exec truncate --no-create --size 0 {} +
: >etc/machine-id
# Some clouds give root a password. The key of a machine's owner is its way in.
sed -i 's/^\([^:]*\):[^!*:][^:]*:/\1:*:/; s/^\([^:]*\)::/\1:*:/' etc/shadow

# Nothing of identity may be left: the same rules as for an image that is built by chatmail-image.
lists=$(mktemp -d /run/chatmail-seal-XXXXXX)
trap 'rm -rf "$lists"' EXIT
boot=''
if mountpoint -q /boot/efi; then boot=/boot/efi; fi
find / $boot -xdev -path /usr/share -prune -o ! -type d -print0 >"$lists/all"
find / $boot -xdev -path /usr/share -prune -o ! -type d ! \( -type f -empty \) -print0 >"$lists/filled"
bad=0
left() {
  while IFS= read -r path; do
    echo "$path: $1" >&2
    bad=1
  done <"$lists/found"
}
rule() {
  grep -zE -e "$2" "$3" | tr '\0' '\n' >"$lists/found"
  left "$1"
}
rule 'no SSH host key' '^/etc/ssh/ssh_host_' "$lists/all"
rule 'no machine id' '^/(etc|var/lib/dbus)/machine-id$' "$lists/filled"
rule 'no random seed' '^/var/lib/(systemd/random-seed|urandom/random-seed)$|^/boot/.*random-seed$' "$lists/all"
rule 'no systemd credential secret' '^/var/lib/systemd/credential\.secret$' "$lists/all"
rule 'no host name' '^/etc/(hostname|mailname)$' "$lists/all"
rule 'no private key' '^/etc/ssl/private/.|^/etc/dovecot/private/.|^/etc/unbound/.*\.(key|pem)$' "$lists/all"
rule 'no self-signed certificate' '^/etc/ssl/certs/ssl-cert-snakeoil\.pem$' "$lists/all"
rule 'no DKIM key' '^/etc/dkimkeys/.*\.(private|txt|pem|key)$' "$lists/all"
rule 'no ACME account or certificate' '^/var/lib/acme/(accounts|certs|keys|live)/.' "$lists/all"
rule 'no mailbox' '^/home/vmail/mail/.' "$lists/all"
rule 'no settled relay' '^/etc/chatmail/relay\.json$|^/var/lib/chatmail/.' "$lists/all"
rule 'no cloud instance' '^/var/lib/cloud/(instance|instances/.|data/.|sem/.)' "$lists/all"
rule 'no authorized key' '/\.ssh/.' "$lists/all"
rule 'no history' '/\.\w+_history$' "$lists/all"
rule 'no DHCP lease' '^/var/lib/(dhcp|NetworkManager|systemd/network)/.*lease' "$lists/all"
rule 'no list or archive of apt' '^/var/lib/apt/lists/.*_|^/var/cache/apt/.*\.(deb|bin)$' "$lists/all"
rule 'no log' '^/var/log/.*\.log$|^/var/log/(apt|journal)/.' "$lists/filled"
rule 'no queued mail' '^/var/spool/postfix/(active|corrupt|deferred|hold|incoming|maildrop)/.' "$lists/all"
rule 'no file of the making' '^/(etc|usr/sbin)/(policy-rc\.d|99mmdebstrap)$' "$lists/all"

private_keys() (
  cd "$1" && grep -rlIE -e '-----BEGIN ([A-Z]+ )*PRIVATE KEY' etc home opt root srv var || [ $? = 1 ]
)
private_keys / >"$lists/found"
left 'no private key'
grep -vE -e '^[^:]+:[!*]' etc/shadow | cut -d: -f1 >"$lists/found" || true
left 'no password'
if [ "$bad" != 0 ]; then
  echo 'the image would hold an identity' >&2
  exit 1
fi

# What is free is given back, so that the image is small. Not every disk can.
fstrim --all --quiet-unsupported || true
sync
