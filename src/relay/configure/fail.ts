import { existsSync, readFileSync, rmSync } from 'node:fs';
import { printProblems } from '../../config/print-problems.ts';
import type { SettingsProblem } from '../../config/problem.ts';
import { PATHS } from '../../model/model.ts';
import { readersOf } from '../../model/readers.ts';
import { PublicError } from '../lib/public-error.ts';
import { reload } from '../lib/reload.ts';
import { announce } from '../readiness/announce.ts';
import type { State } from '../readiness/state.ts';
import { updateState } from '../readiness/update-state.ts';
import { applyFiles } from './apply-files.ts';
import { CONFIGURED, SHARE } from './paths.ts';
import { remedy } from './remedy.ts';
import { stopFirstboot } from './units.ts';

/** With wrong settings nginx has nothing to serve but the setup page. */
const showProblem = (): void => {
  const server = readFileSync(`${SHARE}/nginx-setup.conf`, 'utf8');
  const hasIpv6 = existsSync('/proc/net/if_inet6');
  const content = hasIpv6 ? server : server.replace(/.*\[::].*\n/, '');
  reload(readersOf(applyFiles([{ path: '/etc/chatmail/nginx.conf', content }])), true);
};

/** What went wrong: for everybody, and what only root may read, which may quote user-data or what a program printed. */
interface Trouble {
  readonly shown: string;
  readonly details: string;
}

/** What went wrong in settings. */
export const settingsTrouble = (problems: readonly SettingsProblem[]): Trouble => ({
  shown: printProblems(problems, { isPublic: true }).trim(),
  details: printProblems(problems).trim(),
});

/** What an error says, if this program has worded it; any other is for root. */
export const errorTrouble = (error: unknown): Trouble => {
  const details = error instanceof Error ? error.message : String(error);
  if (error instanceof PublicError) return { shown: details, details };
  return { shown: 'the configuration cannot be written: run `chatmail status` as root to see why', details };
};

/** The step that the owner can do something about. */
export const WRONG_SETTINGS = 'settings are wrong';

/**
 * At boot a problem is shown on page and console, and keeps mail down; by hand it is printed for the caller, with
 * all details.
 */
export const fail = (
  step: string,
  { shown, details }: Trouble,
  isBoot: boolean,
  facts: Partial<State>,
): number => {
  if (!isBoot) {
    process.stderr.write(`${details}\n`);
    return 1;
  }
  if (existsSync(CONFIGURED)) {
    rmSync(CONFIGURED);
    stopFirstboot();
    reload(readersOf([PATHS.model]), isBoot);
  }
  const advice = step === WRONG_SETTINGS ? remedy(facts.cloud) : 'Correct it, and reboot.';
  try {
    updateState({
      ...facts,
      state: 'error',
      step: `${step}, mail services stay down. ${advice}`,
      problems: shown,
      details,
    });
  } catch {
    // The console shows it in any case.
  }
  announce(`error: ${shown}\n${step}: mail services stay down. ${advice}`);
  showProblem();
  return 1;
};
