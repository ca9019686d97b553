#!/bin/sh
# `fetch NAME SHA256 SIZE` brings a package into this folder, from the first of $sources that has it as it should be, and
# does not give up. The checksum is in the text, so that neither a source nor the way to it is trusted: plain HTTP is
# enough, and no certificate is verified. A try takes at most two minutes and little more than the package's size.
fetch() {
	until [ -e "$1" ]; do
		# shellcheck disable=SC2154
		for source in $sources; do
			echo "chatmail: trying $source/$1"
			rm -f part*
			if (
				# In blocks of 512 bytes.
				ulimit -f $(($3 / 512 + 1))
				timeout 120 /usr/lib/apt/apt-helper -o Acquire::Retries=0 -o Acquire::http::Timeout=20 \
					-o Acquire::https::Verify-Peer=0 -o Acquire::https::Verify-Host=0 \
					download-file "$source/$1" part "SHA256:$2"
			); then
				mv part "$1"
				return
			fi
			echo "chatmail: this source does not have the right package, trying the next one"
		done
		sleep 9
	done
}
