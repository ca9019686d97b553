import { existsSync } from 'node:fs';

/** The drives that cloud-init takes for user-data, by their labels (datasources NoCloud and ConfigDrive). */
const LABELS = ['cidata', 'CIDATA', 'config-2', 'CONFIG-2'];

/** What to say of a drive with user-data that nobody read: the relay would look as if it had been given none. */
export const unreadDrive = (
  cloud: string | undefined,
  has: (path: string) => boolean = existsSync,
): string | undefined => {
  const label = LABELS.find((one) => cloud === undefined && has(`/dev/disk/by-label/${one}`));
  return label === undefined
    ? undefined
    : `user-data was not read, although there is a drive labelled ${label}: reboot, and if that does not help, attach it by another controller`;
};
