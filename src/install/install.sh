#!/bin/sh
# Installs the relay's packages on a Debian 12, and starts nothing of it. Used for the tree of an image, by Packer, and
# by the text that is pasted (cloud-init/setup.sh). Every step can be repeated: power may fail between any two.
# Their paths hold no blanks.
relay_packages=${relay_packages:-/tmp/chatmail-relay.deb /tmp/chatmail-relay-extras.deb}
policy=/usr/sbin/policy-rc.d
ucf=/usr/local/bin/ucf
set -- postfix dovecot nginx opendkim unbound
export DEBIAN_FRONTEND=noninteractive

if ! [ -d /run/systemd/system ]; then
	# The tree of an image: nothing runs in it, and all that the package depends on is there.
	is_running=false
	install_relay() {
		# shellcheck disable=SC2086
		dpkg --install $relay_packages
	}
elif command -v get_packages >/dev/null; then
	# The pasted text brings a function that does not give up.
	is_running=true
	install_relay() {
		# shellcheck disable=SC2086
		get_packages unattended-upgrades $relay_packages
	}
else
	# Packer's machine. As in a tree, no package reloads systemd, which takes longer than the rest of it. Without that
	# folder names may not be resolved; by then there is nothing left to fetch.
	is_running=true
	install_relay() {
		set -- apt-get --quiet --yes -o DPkg::Lock::Timeout=300 -o Acquire::Languages=none --no-install-recommends
		"$@" update
		# shellcheck disable=SC2086
		"$@" --download-only install unattended-upgrades $relay_packages
		# shellcheck disable=SC2086
		set -- "$@" install unattended-upgrades $relay_packages
		unshare --mount sh -euc 'mount -t tmpfs none /run/systemd; exec "$@"' sh "$@"
	}
fi

# Nothing of Debian's starts before it is configured, neither now (invoke-rc.d(8); what runs already may be stopped)
# nor at a boot after this one was cut short. What would tell systemd-resolved of unbound never does.
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$2" = stop ] || exit 101\n' >$policy
# Dovecot has thirty files in the care of ucf(1), which starts debconf for each though there is nothing to ask.
# shellcheck disable=SC2016
printf '#!/bin/sh\nDEBIAN_HAS_FRONTEND=1 DEBCONF_ALREADY_RUNNING=- DEBCONF_OK=NO UCF_FORCE_CONFFOLD=1 /usr/bin/ucf "$@"\n' >$ucf
chmod 755 $policy $ucf
if $is_running; then
	systemctl --quiet mask "$@" unbound-resolvconf
fi

install_relay
# Not in the pasted text, whose package is made in the machine.
# shellcheck disable=SC2086
/usr/lib/chatmail/keep-packages $relay_packages

if $is_running; then
	# Stop every other program that listens on the relay's ports or resolves names.
	for pid in $(ss -Hltnp | sed -nE '/:(25|53|80|143|443|465|587|993) /s/.*pid=([0-9]+).*/\1/p'); do
		if unit=$(grep -om1 '[^/]*\.service$' "/proc/$pid/cgroup"); then
			systemctl --quiet disable --now "$unit" || true
		fi
	done
	rm -f /etc/resolv.conf
	printf 'nameserver 127.0.0.1\noptions edns0 trust-ad\n' >/etc/resolv.conf
	if [ -d /etc/dhcp ]; then
		mkdir -p /etc/dhcp/dhclient-enter-hooks.d
		echo 'make_resolv_conf() { :; }' >/etc/dhcp/dhclient-enter-hooks.d/chatmail
	fi
	if command -v ufw >/dev/null; then
		ufw allow proto tcp to any port 25,80,143,443,465,587,993
	fi
fi

rm -f $policy $ucf
if $is_running; then
	systemctl --quiet unmask "$@"
	# As `enable` would, without its Perl for init scripts.
	systemctl --quiet add-wants multi-user.target "$@"
fi
