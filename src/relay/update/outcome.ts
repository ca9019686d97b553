import { mkdirSync, rmSync } from 'node:fs';
import { PATHS } from '../../model/model.ts';
import { count } from '../lib/metrics.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { outside } from './outside.ts';
import { OUTCOME } from './paths.ts';
import { readJson } from './read-json.ts';

/** How an update ended. `undone`: the previous version is back; `failed`: it is not, and the new one does not work. */
export interface Outcome {
  readonly from: string;
  readonly to: string;
  readonly result: 'kept' | 'undone' | 'failed';
  /** Why it was undone, and what is wrong still. */
  readonly reason?: string;
  /** Unix time in seconds. */
  readonly at: number;
}

export const readOutcome = (): Outcome | undefined => readJson<Outcome>(OUTCOME);

/** What an operator should know; `undefined` where all is well. */
export const problemOf = ({ from, to, result, reason = '' }: Outcome): string | undefined => {
  if (result === 'kept') return undefined;
  return result === 'undone'
    ? `the update to ${to} was undone, ${from} is back: ${reason}`
    : `the update to ${to} does not work and could not be undone: ${reason}`;
};

const ISSUE = '/etc/issue.d/chatmail-update.issue';

/** On the console, and above its login prompt at each boot (agetty(8)). */
const announceProblem = async (problem: string | undefined): Promise<void> => {
  rmSync(ISSUE, { force: true });
  if (problem === undefined) return;
  mkdirSync('/etc/issue.d', { recursive: true });
  replaceFile(ISSUE, `chatmail: ${problem.replaceAll('\\', '\\\\')}\n\n`);
  await outside(['sh', '-c', 'printf "\\r%s\\r\\n" "$1" >/dev/console', 'sh', `chatmail: ${problem}`]);
};

/** Tells it where an operator looks: `chatmail status`, the console, the journal, the metrics. */
export const tell = async (outcome: Outcome): Promise<void> => {
  const problem = problemOf(outcome);
  replaceFile(OUTCOME, `${JSON.stringify(outcome)}\n`);
  if (problem === undefined) rmSync(PATHS.updateProblem, { force: true });
  else replaceFile(PATHS.updateProblem, problem);
  await announceProblem(problem);
  process.stdout.write(`${problem ?? `${outcome.to} works`}\n`);
  count('updates', { result: outcome.result });
};
