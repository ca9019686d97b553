#!/bin/sh
# Installs the relay on a stock Debian 12. Sourced in the folder where the package's parts are, by the script that
# cloud-init runs at each boot until this one is through (src/cloud-init/bootstrap.ts); that one's `get` installs
# packages and does not give up. Every step can be repeated: power may fail between any two.
policy=/usr/sbin/policy-rc.d
ucf=/usr/local/bin/ucf
set -- postfix dovecot nginx opendkim unbound

# Nothing of Debian's starts before it is configured, neither now (invoke-rc.d(8); what runs already may be stopped)
# nor at a boot after this one was cut short. What would tell systemd-resolved of unbound never does.
printf '#!/bin/sh\n[ "$2" = stop ] || exit 101\n' > $policy
# Dovecot has thirty files in the care of ucf(1), which starts debconf for each though there is nothing to ask.
printf '#!/bin/sh\nDEBIAN_HAS_FRONTEND=1 DEBCONF_ALREADY_RUNNING=- DEBCONF_OK=NO UCF_FORCE_CONFFOLD=1 /usr/bin/ucf "$@"\n' > $ucf
chmod 755 $policy $ucf
systemctl mask "$@" unbound-resolvconf

if [ -d package ]; then
	chmod 755 package/DEBIAN/p*
	grep -rlZm1 '^#!' package/usr | xargs -0 chmod 755
	(cd package && find usr -type f -exec md5sum {} + > DEBIAN/md5sums)
	dpkg-deb --root-owner-group --build package relay.deb
fi
get unattended-upgrades ./relay.deb

# Whoever else listens at the relay's ports, or resolves names, does so no more.
for pid in $(ss -Hltnp | sed -nE '/:(25|53|80|143|443|465|587|993) /s/.*pid=([0-9]+).*/\1/p'); do
	unit=$(grep -om1 '[^/]*\.service$' "/proc/$pid/cgroup") && systemctl disable --now "$unit"
done
rm -f /etc/resolv.conf
printf 'nameserver 127.0.0.1\noptions edns0 trust-ad\n' > /etc/resolv.conf
if [ -d /etc/dhcp ]; then
	mkdir -p /etc/dhcp/dhclient-enter-hooks.d
	echo 'make_resolv_conf() { :; }' > /etc/dhcp/dhclient-enter-hooks.d/chatmail
fi
if command -v ufw; then
	ufw allow proto tcp to any port 25,80,143,443,465,587,993
fi

rm $policy $ucf
systemctl unmask "$@"
# What the policy kept from it: the journal is in memory from now on, and what is on the disk goes.
systemctl restart systemd-journald systemd-sysctl
rm -rf /var/log/journal
# As `enable` would, without its Perl for init scripts.
systemctl add-wants multi-user.target "$@"
systemctl restart unbound chatmail-configure
sync
touch /var/lib/cloud/sem/chatmail-relay
rm -f "$0"
# Not waited for: it is reached only when cloud-init, which runs this, has ended. Postfix's unit may be
# active while its instance was stopped above; the target alone would leave it so.
systemctl --no-block start timers.target multi-user.target postfix@-
