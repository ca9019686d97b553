#!/bin/sh
# Puts the settings that came along in their place, and removes what was brought in. Settings that are all comments
# are none.
set -eu
if grep -q '^[^#[:space:]]' /tmp/chatmail.yaml; then
	install -D -m 644 /tmp/chatmail.yaml /etc/chatmail/chatmail.yaml
fi
rm -f /tmp/chatmail-relay.deb /tmp/chatmail-relay-extras.deb /tmp/chatmail.yaml
