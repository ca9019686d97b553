#!/bin/sh
# Takes out of an image all that belongs to one machine or to its making, then looks for what is left: nothing may be
# in it that would make every machine of the image the same one, or tell who built it. Runs as the last thing in the
# machine that becomes the image, or in its tree. With `check` it only looks.
set -eu
export LC_ALL=C
cd /
action=${1:-seal}

take_out() {
	if [ -d /run/systemd/system ]; then
		# The options that 22.4.2 has; --machine-id would remove the file, and systemd takes that for a first boot that
		# presets all units.
		if command -v cloud-init >/dev/null; then
			cloud-init clean --logs --seed
		fi
		# What cloud-init wrote for the network of this one machine.
		rm -f etc/apt/apt.conf.d/90cloud-init-aptproxy etc/netplan/50-cloud-init.yaml
		rm -f etc/network/interfaces.d/50-cloud-init* etc/systemd/network/10-cloud-init-*
		rm -f etc/udev/rules.d/70-persistent-net.rules
		# Azure's agent has certificates of this machine.
		if command -v waagent >/dev/null; then
			waagent -force -deprovision
			rm -rf var/lib/waagent/*
		fi
		# It saves a seed when it is stopped, and it would be stopped when the machine is.
		systemctl stop systemd-random-seed.service || true
		journalctl --relinquish-var
		apt-get clean
		# Some clouds give root a password. The key of a machine's owner is its way in.
		sed -i 's/^\([^:]*\):[^!*:][^:]*:/\1:*:/; s/^\([^:]*\)::/\1:*:/' etc/shadow
	else
		rm -rf run/*
	fi

	# A database of Berkeley's has a random name in it; the relay has no aliases.
	rm -f etc/aliases.db
	# Locks, earlier versions, names, and what mmdebstrap leaves.
	rm -f etc/.pwd.lock etc/group- etc/gshadow- etc/passwd- etc/shadow- etc/subgid- etc/subuid-
	rm -f etc/hostname etc/mailname
	rm -f etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap
	# Keys of the maker's: ssh-keygen and the relay make this machine's own.
	rm -f etc/ssh/ssh_host_* etc/ssl/private/ssl-cert-snakeoil.key etc/ssl/certs/ssl-cert-snakeoil.pem
	rm -f etc/ssl/certs/62742064.0 etc/dovecot/private/dovecot.* etc/unbound/unbound_*.key etc/unbound/unbound_*.pem
	rm -rf root/.ssh/* home/*/.ssh/* root/.*_history home/*/.*_history
	# Caches, leases, seeds, logs and temporary files.
	rm -f var/cache/apt/*.bin var/cache/apt/archives/*.deb var/cache/debconf/*-old var/cache/ldconfig/aux-cache
	rm -rf var/cache/man/*
	rm -f var/lib/apt/lists/*_* var/lib/dpkg/*-old var/lib/dbus/machine-id
	rm -f var/lib/systemd/random-seed var/lib/systemd/credential.secret
	rm -rf var/lib/dhcp/*lease* var/lib/NetworkManager/*lease* var/lib/systemd/network/*lease*
	rm -rf var/log/alternatives.log var/log/apt/* var/log/bootstrap.log var/log/dpkg.log var/log/journal/*
	find var/log -xdev -type f -exec truncate --no-create --size 0 {} +
	rm -rf tmp/* var/tmp/*
	# systemd makes a machine's id at its first boot when it finds this file empty (machine-id(5)).
	: >etc/machine-id
}

if [ "$action" = seal ]; then
	take_out
fi

lists=$(mktemp -d /run/chatmail-seal-XXXXXX)
trap 'rm -rf "$lists"' EXIT
set -- /
if mountpoint -q /boot/efi; then
	set -- / /boot/efi
fi
find "$@" -xdev -path /usr/share -prune -o ! -type d -print0 >"$lists/all"
find "$@" -xdev -path /usr/share -prune -o ! -type d ! \( -type f -empty \) -print0 >"$lists/filled"

bad=0
left() {
	while IFS= read -r path; do
		echo "$path: $1" >&2
		bad=1
	done <"$lists/found"
}
# No file may be there whose path matches. Copies of the relay's packages are no state.
no() {
	grep -zE -e "$2" "$lists/all" | grep -zv '^/var/lib/chatmail/packages/[^/]*\.deb$' | tr '\0' '\n' >"$lists/found"
	left "no $1"
}
# The file may be there, if it is empty.
no_filled() {
	grep -zE -e "$2" "$lists/filled" | tr '\0' '\n' >"$lists/found"
	left "no $1"
}

no 'SSH host key' '^/etc/ssh/ssh_host_'
no_filled 'machine id' '^/(etc|var/lib/dbus)/machine-id$'
no 'random seed' '^/var/lib/(systemd/random-seed|urandom/random-seed)$|^/boot/.*random-seed$'
no 'systemd credential secret' '^/var/lib/systemd/credential\.secret$'
no 'host name' '^/etc/(hostname|mailname)$'
no 'private key' '^/etc/ssl/private/.|^/etc/dovecot/private/.|^/etc/unbound/.*\.(key|pem)$'
no 'self-signed certificate' '^/etc/ssl/certs/ssl-cert-snakeoil\.pem$'
no 'DKIM key' '^/etc/dkimkeys/.*\.(private|txt|pem|key)$'
no 'ACME account or certificate' '^/var/lib/acme/(accounts|certs|keys|live)/.'
no 'mailbox' '^/home/vmail/mail/.'
no 'settled relay' '^/etc/chatmail/relay\.json$|^/var/lib/chatmail/.'
no 'cloud instance' '^/var/lib/cloud/(instance|instances/.|data/.|sem/.)'
no 'authorized key' '/\.ssh/.'
no 'history' '/\.\w+_history$'
no 'DHCP lease' '^/var/lib/(dhcp|NetworkManager|systemd/network)/.*lease'
no 'list or archive of apt' '^/var/lib/apt/lists/.*_|^/var/cache/apt/.*\.(deb|bin)$'
no_filled 'log' '^/var/log/.*\.log$|^/var/log/(apt|journal)/.'
no 'queued mail' '^/var/spool/postfix/(active|corrupt|deferred|hold|incoming|maildrop)/.'
no 'file of the making' '^/(etc|usr/sbin)/(policy-rc\.d|99mmdebstrap)$'
# Whatever it is called.
grep -rlIE -e '-----BEGIN ([A-Z]+ )*PRIVATE KEY' /etc /home /opt /root /srv /var >"$lists/found" || [ $? = 1 ]
left 'no private key'
# In shadow(5) a hash is neither empty nor begins with `!` or `*`.
grep -vE '^[^:]+:[!*]' /etc/shadow | cut -d: -f1 | sed 's|^|/etc/shadow, |' >"$lists/found"
left 'no password'
if [ "$bad" != 0 ]; then
	echo 'the image would hold an identity' >&2
	exit 1
fi

if [ "$action" = seal ] && [ -d /run/systemd/system ]; then
	# What is free is given back, so that the image is small. Not every disk can.
	fstrim --all --quiet-unsupported || true
	sync
fi
