import { type Ended, outside } from './outside.ts';

/** Tells the hook that a dpkg run is part of a trial. */
export const NO_TRIAL = 'CHATMAIL_NO_TRIAL';

const ENVIRONMENT = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C', [NO_TRIAL]: '1' };
/** Nobody is there to be asked, and what an operator changed stays. */
const FORCE = ['--force-confdef', '--force-confold'];
/** Only a machine that is about to stop takes longer: dpkg is stopped between two packages at best. */
const SECONDS = 3600;

/** Installs packages, or configures those that are half installed, outside of the sandbox. */
export const dpkg = (...args: readonly string[]): Promise<Ended> =>
  outside(['dpkg', ...FORCE, ...args], { env: ENVIRONMENT, seconds: SECONDS });

/** Another dpkg or apt is at work. */
export const isLocked = ({ isOk, text }: Ended): boolean =>
  !isOk && /locked by another process|unable to (lock|acquire)/.test(text);
