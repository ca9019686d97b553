#!/bin/sh
# Written by chatmail-image.
set -eu

bad=0
need() {
  if ! find / -xdev -path /usr/share -prune -o -print | grep -qE -e "$2"; then
    echo "the image would lack $1" >&2
    bad=1
  fi
}
need 'a kernel' '^/boot/vmlinuz-'
need 'its initramfs' '^/boot/initrd\.img-'
need 'GRUB'\''s configuration' '^/boot/grub/grub\.cfg$'
need 'a place for the machine id' '^/etc/machine-id$'
need 'cloud-init' '^/usr/bin/cloud-init$'
need 'the relay' '^/usr/bin/chatmail$'

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
