#!/bin/sh
# Written by chatmail-image.
set -eu

# No service starts here: it would make the keys that belong to the machines of the image.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
# Dovecot has thirty files in the care of ucf(1), which starts debconf for each though there is nothing to ask.
printf '%s\n' '#!/bin/sh' 'DEBIAN_HAS_FRONTEND=1 DEBCONF_ALREADY_RUNNING=- DEBCONF_OK=NO UCF_FORCE_CONFFOLD=1 /usr/bin/ucf "$@"' >/usr/local/bin/ucf && chmod 755 /usr/local/bin/ucf
trap 'rm -f /usr/sbin/policy-rc.d /usr/local/bin/ucf' EXIT

# Whoever else listens at the relay's ports, or resolves names, does so no more where the image is started.
for pid in $(ss -Hltnp | sed -nE '/:(25|53|80|143|443|465|587|993) /s/.*pid=([0-9]+).*/\1/p'); do
  unit=$(grep -om1 '[^/]*\.service$' "/proc/$pid/cgroup") && systemctl --quiet disable "$unit" || true
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
