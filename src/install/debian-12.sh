#!/bin/sh
# Stops where the system is not Debian 12, and says so on the console and at http://ADDRESS/. The first thing that a text
# for a stock Debian does, in a folder of its own (src/cloud-init/bootstrap.ts).
# shellcheck source=/dev/null
. /etc/os-release
if [ "$ID$VERSION_ID" != debian12 ]; then
	message="chatmail: this is $PRETTY_NAME, a relay needs Debian 12. Create the machine again with Debian 12."
	echo "$message"
	echo "<meta name=viewport content=width=device-width>$message" >index.html
	# cloud-init brings Python. Who serves the page owns nothing, writes nowhere and has this folder's one file.
	systemd-run -p DynamicUser=1 -p AmbientCapabilities=CAP_NET_BIND_SERVICE -p MemoryMax=99M \
		-p WorkingDirectory="$PWD" python3 -m http.server 80
	exit 1
fi
