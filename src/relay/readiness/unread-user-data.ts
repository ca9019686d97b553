import { existsSync, readdirSync } from 'node:fs';
import { IGNORED_CLOUDS } from '../../model/clouds/relay-table.ts';
import { readText } from '../lib/read-text.ts';

/** In sectors of 512 bytes: QEMU's folder as a FAT drive has 504 MiB. An empty CD drive says that it has 1 GiB. */
const LARGEST_SEED = 2 ** 20;

/** A whole drive that is too small for anything but user-data. */
const smallDrive = (root: string): string | undefined => {
  const drives = `${root}/sys/class/block`;
  return readdirSync(drives).find((name) => {
    const sectors = Number(readText(`${drives}/${name}/size`));
    return /^(sr\d+|x?[svh]d[a-z]+|nvme\d+n\d+)$/.test(name) && sectors > 0 && sectors <= LARGEST_SEED;
  });
};

/**
 * What to say where cloud-init has found no cloud, although there is one: the relay would look as if it had been given
 * no user-data. ds-identify knows clouds by the strings of their firmware, and drives by their labels; it has noted
 * the datasources that it found. What it does not know are drives that cannot be read, and clouds younger than itself.
 */
export const unreadUserData = (cloud: string | undefined, root = ''): string | undefined => {
  if (cloud !== undefined) return undefined;
  const noted = readText(`${root}/run/cloud-init/cloud.cfg`) ?? '';
  const [, found] = /^datasource_list: \[ (?!None)(\w+)/m.exec(noted) ?? [];
  // A container sees drives and firmware of its host, and has no udev.
  const isMachine = existsSync(`${root}/run/udev/control`);
  const drive = /NoCloud|Drive|OVF/.test(found ?? '') ? found : isMachine && smallDrive(root);
  if (drive)
    return `no user-data was read, although the drive ${drive} may contain it: write it again, with the label cidata, and reboot`;
  if (found)
    return `no user-data was read, because the metadata service of ${found} does not answer: reboot, and if that does not help, ask your provider`;
  const vendor = isMachine && readText(`${root}/sys/class/dmi/id/sys_vendor`)?.trim().toLowerCase();
  const [, ignored] = IGNORED_CLOUDS.find(([name]) => name === vendor) ?? [];
  return (
    ignored &&
    `no user-data was read, because Debian 12 cannot read that of ${ignored}: log in, and use \`chatmail configure --set NAME=VALUE\``
  );
};
