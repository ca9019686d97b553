#!/bin/sh
# Written by chatmail-image.
set -eu

# No service starts here: it would make the keys that belong to the machines of the image.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
trap 'rm -f /usr/sbin/policy-rc.d' EXIT

export DEBIAN_FRONTEND=noninteractive
apt-get --quiet -o DPkg::Lock::Timeout=300 update
apt-get --quiet --yes -o DPkg::Lock::Timeout=300 --no-install-recommends install /tmp/chatmail-relay.deb

# Settings that are all comments are none.
if grep -q '^[^#[:space:]]' /tmp/chatmail.yaml; then
  install -D -m 644 /tmp/chatmail.yaml /etc/chatmail/chatmail.yaml
fi
rm -f /tmp/chatmail-relay.deb /tmp/chatmail.yaml
