/** The relay's own Debian packages; the first does without the second. */
export const PACKAGES = ['chatmail-relay', 'chatmail-relay-extras'] as const;

/** Where a relay keeps the files of the packages that it has. */
export const PACKAGE_STORE = '/var/lib/chatmail/packages';

/** In packages of a release: the file for apt that names its archive, with the key (sources.list(5), deb822). */
export const ARCHIVE_SOURCES = '/usr/share/chatmail/archive.sources';
