#!/bin/sh
# `get_packages` installs packages and does not give up: the archive may be out of reach for a while, its lists may have
# changed since, another apt may be at work, or an earlier boot was cut short. What that one left in pieces is mended
# first, by an install that names no package: one that does refuses where anything else is broken (apt-get(8),
# `--fix-broken`). Its message goes to the console, as all that cloud-init runs does.
export DEBIAN_FRONTEND=noninteractive DPKG_FORCE=confdef,confold
apt_install() {
	apt-get install --fix-broken --yes -o DPkg::Lock::Timeout=900 --no-install-recommends "$@"
}
update_lists() {
	apt-get update -o Acquire::Languages=none
}
get_packages() {
	until
		dpkg --configure -a
		apt_install
		apt_install "$@"
	do
		echo "chatmail: Debian's packages cannot be downloaded, trying again"
		sleep 9
		update_lists
	done
}
update_lists
