#!/bin/sh
# Looks for what an image must have: a mistake in its making would otherwise show at its first boot only. Runs in the
# machine that becomes the image, or in its tree. With `bare` the image is a Debian without the relay.
set -eu
bad=0

fail() {
	echo "$1" >&2
	bad=1
}

# What it is, and a pattern that matches it.
need() {
	what=$1
	shift
	for path; do
		if [ -e "$path" ] || [ -L "$path" ]; then
			return
		fi
	done
	fail "the image would lack $what"
}

need 'a kernel' /boot/vmlinuz-*
need 'its initramfs' /boot/initrd.img-*
need "GRUB's configuration" /boot/grub/grub.cfg
need 'a place for the machine id' /etc/machine-id
need 'cloud-init' /usr/bin/cloud-init
if ! [ -d /run/systemd/system ]; then
	# GRUB of a cloud's own Debian finds the kernel by itself.
	need 'the link GRUB follows to the kernel' /vmlinuz
	need 'the link GRUB follows to the initramfs' /initrd.img
fi

audit=$(dpkg --audit)
if [ -n "$audit" ]; then
	fail "packages are not as they should be: $audit"
fi

if [ "${1:-}" != bare ]; then
	need 'the relay' /usr/bin/chatmail
	# Some images leave documentation out.
	need "the relay's extras" /usr/lib/chatmail/extras.cjs
	changed=$(dpkg --verify chatmail-relay chatmail-relay-extras | grep -vE ' /usr/share/(doc|man)(/|$)' || true)
	if [ -n "$changed" ]; then
		fail "the relay's packages are not as they should be: $changed"
	fi
	for unit in chatmail-configure.service chatmail-firstboot.service cloud-final.service; do
		if ! systemctl --quiet is-enabled "$unit"; then
			fail "$unit would not start"
		fi
	done
fi
exit "$bad"
