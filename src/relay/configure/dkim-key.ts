import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { PATHS } from '../../model/model.ts';
import { exists } from '../lib/exists.ts';
import { PublicError } from '../lib/public-error.ts';
import { readRegular } from '../lib/read-regular.ts';

const isRsaKey = (pem: Buffer): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};

/**
 * Made at a first boot already, while cloud-init is at work; here for a volume that has none. By a unit, as the owner
 * of the folder. One that is damaged is not replaced: DNS has its other half.
 */
export const ensureDkimKey = (path: string = PATHS.dkimKey): void => {
  if (!exists(path))
    execFileSync('systemctl', ['start', 'chatmail-dkim.service'], { stdio: ['ignore', 'ignore', 'pipe'] });
  if (!isRsaKey(readRegular(path) ?? Buffer.alloc(0)))
    throw new PublicError(
      `${path} is not an RSA key in PEM format: put it back from a backup, or remove it and publish the record of the new one`,
    );
};
