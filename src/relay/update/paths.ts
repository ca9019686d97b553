import { PACKAGE_STORE } from '../../model/packages.ts';

/** In the store, beside the packages of the installed version: those of the previous one, and of one that is being installed. */
export const PREVIOUS = `${PACKAGE_STORE}/previous`;
export const NEXT = `${PACKAGE_STORE}/next`;

/** What `chatmail update` has downloaded. */
export const DOWNLOAD = `${PACKAGE_STORE}/download`;

/** All that a trial needs lives here, so that nothing of it is the new version's. */
export const TRIAL = '/var/lib/chatmail/trial';
export const TRIAL_FILE = `${TRIAL}/trial.json`;
/** The program that judges: a copy of that of the previous version. */
export const TRIAL_PROGRAM = `${TRIAL}/program`;

export const UNIT = 'chatmail-trial.service';
export const UNIT_SOURCE = `/usr/lib/systemd/system/${UNIT}`;
/** It is stronger than the one in the package (systemd.unit(5)). */
export const UNIT_COPY = `/etc/systemd/system/${UNIT}`;
export const UNIT_WANTED = `/etc/systemd/system/multi-user.target.wants/${UNIT}`;

/** Gone with every boot: says that the dpkg run that a trial waits for was begun in this one. */
export const THIS_BOOT = '/run/chatmail/updating';

/** How the last update ended. */
export const OUTCOME = '/var/lib/chatmail/update.json';

/** Keeps apt from installing a version again (apt_preferences(5)). The first file that names a package decides. */
export const PIN = '/etc/apt/preferences.d/00chatmail-undone';

/** The probes of the installed version, as data. */
export const PROBES_FILE = '/usr/share/chatmail/probes.json';
