/**
 * Shell commands that put a quick ucf(1) at this path, before the real one in `PATH`, while packages are installed.
 * Dovecot has thirty files in its care, and for each the real one starts debconf, half a second of Perl, though it
 * has nothing to ask: there are no old files, and if there were, they would stay. Maintainer scripts that talk to
 * debconf themselves go on doing so.
 */
export const quickUcf = (path: string): string => {
  const variables = 'DEBIAN_HAS_FRONTEND=1 DEBCONF_ALREADY_RUNNING=- DEBCONF_OK=NO UCF_FORCE_CONFFOLD=1';
  return `printf '%s\\n' '#!/bin/sh' '${variables} /usr/bin/ucf "$@"' >${path} && chmod 755 ${path}`;
};
