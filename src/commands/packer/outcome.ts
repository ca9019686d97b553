import { type PackerProblem, problemWords } from '../../packer/problem.ts';
import type { PackerOutcome } from '../../packer/run-packer.ts';
import { failure } from '../../terminal/failure.ts';

/** What is wrong, in words, as what a command fails with. */
export const asFailure = (problems: readonly PackerProblem[], prefix: string): Error => {
  const words = problems.map(problemWords);
  const message = words.map((one) => `${prefix}${one.message}`).join('\n');
  const hints = [...new Set(words.flatMap(({ hint }) => (hint === undefined ? [] : [hint])))];
  return failure(message, hints.length > 0 ? { hint: hints.join('\n') } : {});
};

/** Rejects with a failure for what went wrong, or with the signal's reason. */
export const requireDone = (outcome: PackerOutcome, prefix: string, signal: AbortSignal) => {
  if (outcome.status === 'failed') throw asFailure(outcome.problems, prefix);
  if (outcome.status === 'interrupted') {
    signal.throwIfAborted();
    throw failure(`${prefix}interrupted`);
  }
  return outcome;
};
