import { existsSync, readdirSync } from 'node:fs';
import { readText } from '../lib/read-text.ts';

/** In sectors of 512 bytes. An empty CD drive says that it has 1 GiB. */
const LARGEST_SEED = 2 ** 17;

/** A whole drive that is too small for anything but user-data. A container sees those of its host, and has no udev. */
const smallDrive = (root: string): string | undefined => {
  const drives = `${root}/sys/class/block`;
  const sectors = (name: string) => Number(readText(`${drives}/${name}/size`));
  return existsSync(`${root}/run/udev/control`)
    ? readdirSync(drives).find(
        (name) =>
          /^(sr\d+|x?[svh]d[a-z]+|nvme\d+n\d+)$/.test(name) &&
          sectors(name) > 0 &&
          sectors(name) <= LARGEST_SEED,
      )
    : undefined;
};

/**
 * What to say where cloud-init has found no cloud, although there is one: the relay would look as if it had been given
 * no user-data. ds-identify knows clouds by the strings of their firmware, and drives by their labels; it has noted
 * the datasources that it found. What it does not know are drives that cannot be read.
 */
export const unreadUserData = (cloud: string | undefined, root = ''): string | undefined => {
  if (cloud !== undefined) return undefined;
  const noted = readText(`${root}/run/cloud-init/cloud.cfg`) ?? '';
  const [, found] = /^datasource_list: \[ (?!None)(\w+)/m.exec(noted) ?? [];
  const drive = /NoCloud|Drive|OVF/.test(found ?? '') ? found : smallDrive(root);
  if (drive !== undefined)
    return `no user-data was read, although the drive ${drive} may contain it: write it again, with the label cidata, and reboot`;
  return (
    found &&
    `no user-data was read, because the metadata service of ${found} does not answer: reboot, and if that does not help, ask your provider`
  );
};
