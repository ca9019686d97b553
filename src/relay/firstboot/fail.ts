import { existsSync, readFileSync, rmSync } from 'node:fs';
import { PATHS } from '../../model/model.ts';
import { type State, updateState } from '../lib/state.ts';
import { announce } from './announce.ts';
import { applyFiles } from './apply-files.ts';
import { CONFIGURED, SHARE } from './places.ts';
import { reload, unitsFor } from './units.ts';

/** With wrong settings nginx has nothing to serve but the setup page. */
const showProblem = (): void => {
  const server = readFileSync(`${SHARE}/nginx-setup.conf`, 'utf8');
  const hasIpv6 = existsSync('/proc/net/if_inet6');
  const content = hasIpv6 ? server : server.replace(/.*\[::].*\n/, '');
  reload(unitsFor(applyFiles([{ path: '/etc/chatmail/nginx.conf', content }])), true);
};

/** At boot a problem is shown wherever somebody may look, and keeps mail down; by hand it is printed. */
export const fail = (step: string, text: string, isBoot: boolean, facts: Partial<State>): number => {
  if (!isBoot) {
    process.stderr.write(`${text}\n`);
    return 1;
  }
  if (existsSync(CONFIGURED)) {
    rmSync(CONFIGURED);
    reload(unitsFor([PATHS.model]), isBoot);
  }
  try {
    updateState({ ...facts, state: 'error', step: `${step}, mail services stay down`, problems: text });
  } catch {
    // The console is told all the same.
  }
  announce(`error: ${text}\n${step}: mail services stay down. Correct it and reboot.`);
  showProblem();
  return 1;
};
