#!/bin/sh
# Makes a stock Debian 12 a relay. Sourced in the folder where the packages are, or the parts of the one that travelled in
# the text, by the script that cloud-init runs at each boot until this one is through (src/cloud-init/bootstrap.ts);
# `get_packages` does not give up. Every step can be repeated: power may fail between any two.
if [ -d package ]; then
	chmod 755 package/DEBIAN/p*
	grep -rlZm1 '^#!' package/usr | xargs -0 chmod 755
	(cd package && find usr -type f -exec md5sum {} + >DEBIAN/md5sums)
	dpkg-deb --root-owner-group --build package relay.deb
fi
relay_packages='./*.deb'
# In the text that is pasted, it stands here.
# shellcheck source=src/install/install.sh
. ./install.sh

# What the policy kept from it: the journal is in memory from now on, and what is on the disk goes.
systemctl restart systemd-journald systemd-sysctl
rm -rf /var/log/journal
systemctl restart unbound chatmail-configure
sync
touch /var/lib/cloud/sem/chatmail-relay
rm -f "$0"
# Sockets that nothing waits for would start at the next boot only.
# Not waited for: it is reached only when cloud-init, which runs this, has ended. Postfix's unit may be
# active while its instance was stopped above; the target alone would leave it so.
systemctl --no-block start sockets.target timers.target multi-user.target postfix@-
