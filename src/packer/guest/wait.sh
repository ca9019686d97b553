#!/bin/sh
# Waits until a cloud's machine is one that a relay can be installed in.
set -eu

# shellcheck source=/dev/null
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
