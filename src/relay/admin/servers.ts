import { execFileSync } from 'node:child_process';
import { STOPPED_FOR_RESTORE } from '../../model/service-facts.ts';
import { whenWeEnd } from '../lib/when-we-end.ts';

const systemctl = (...args: string[]): void => {
  execFileSync('systemctl', args, { stdio: 'ignore' }); // it warns of sockets that may wake them
};

export const stopServers = (): void => systemctl('stop', ...STOPPED_FOR_RESTORE);

const areRunning = (): boolean => {
  try {
    systemctl('is-active', ...STOPPED_FOR_RESTORE);
    return true;
  } catch {
    return false;
  }
};

/** Anew, as a socket may have woken one that knows what was there before. Of one that does not start {@link servicesNow} tells. */
export const startServers = (): void => {
  try {
    systemctl('restart', ...STOPPED_FOR_RESTORE);
  } catch {
    // said below
  }
};

/** Whether they run, in words. */
export const servicesNow = (): string =>
  areRunning() ? 'all services are running' : 'not all services are running: see `chatmail status`';

/** They start also where this process is killed; until the function that is returned is called. */
export const startServersIfKilled = (): (() => void) =>
  whenWeEnd('restore', `systemctl start ${STOPPED_FOR_RESTORE.join(' ')}`);
