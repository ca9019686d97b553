import { replaceFile } from '../lib/replace-file.ts';
import { TRIAL_FILE } from './paths.ts';
import type { RunningProcess } from './process.ts';
import { readJson } from './read-json.ts';

/** An update that is not over yet. */
export interface Trial {
  /** The version that worked, and the one that is tried. */
  readonly from: string;
  readonly to: string;
  readonly phase: 'installing' | 'trying' | 'undoing';
  /** The dpkg that installs it. */
  readonly process?: RunningProcess;
  /** There was no mail before: it is enough that the new version is installed. */
  readonly isDown: boolean;
  /** `chatmail configure` had nothing against the settings before. */
  readonly isConfigurable: boolean;
  /** Unix time in seconds at which it must work. */
  readonly deadline?: number;
  /** An address of the trial's own, to be removed. */
  readonly address?: string;
  /** What does not work yet, or why the new version is undone. */
  readonly fault?: string;
}

/** The update that is not over; `undefined` if there is none. */
export const readTrial = (): Trial | undefined => {
  const found = readJson<Trial>(TRIAL_FILE);
  return typeof found?.from === 'string' && typeof found.to === 'string' ? found : undefined;
};

export const writeTrial = (trial: Trial): Trial => {
  replaceFile(TRIAL_FILE, `${JSON.stringify(trial)}\n`);
  return trial;
};
