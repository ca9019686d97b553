import { execFileSync } from 'node:child_process';
import { whenWeEnd } from '../lib/when-we-end.ts';

/** What must stand still while mail and keys are changed beneath it. */
const SERVERS = [
  'postfix@-.service',
  'dovecot.service',
  'opendkim.service',
  'chatmail-doveauth.service',
  'chatmail-filtermail.service',
];

const systemctl = (...args: string[]): void => {
  execFileSync('systemctl', args, { stdio: 'ignore' }); // it warns of sockets that may wake them
};

export const stopServers = (): void => systemctl('stop', ...SERVERS);

const areRunning = (): boolean => {
  try {
    systemctl('is-active', ...SERVERS);
    return true;
  } catch {
    return false;
  }
};

/** Those that run go on. Of one that does not start {@link servicesNow} tells. */
export const startServers = (): void => {
  try {
    systemctl('start', ...SERVERS);
  } catch {
    // said below
  }
};

/** Whether they run, in words. */
export const servicesNow = (): string =>
  areRunning() ? 'services run' : 'services do not all run: see `chatmail status`';

/** They start also where this process is killed; until the function that is returned is called. */
export const startServersIfKilled = (): (() => void) =>
  whenWeEnd('restore', `systemctl start ${SERVERS.join(' ')}`);
