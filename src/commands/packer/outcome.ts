import type { PackerVersion } from '../../packer/find-packer.ts';
import { type PackerProblem, problemWords } from '../../packer/problem.ts';
import type { Builder } from '../../packer/relay/builder.ts';
import { packerProblem } from '../../packer/relay/packer-problem.ts';
import type { PackerOutcome } from '../../packer/run-packer.ts';
import { failure } from '../../terminal/failure.ts';

/** How to see what a builder's cloud has today, line by line. */
const listing = ({ cloud }: Builder): readonly string[] =>
  Object.entries(cloud.packer?.lists?.value ?? {}).map(
    ([name, command]) => `--var ${name}=NAME, one of: ${command}`,
  );

const hintsOf = (problem: PackerProblem, builder: Builder | undefined): readonly string[] => {
  const lines = problem.code === 'not-offered' && builder ? listing(builder) : [];
  if (lines.length > 0) return ['what clouds offer changes; choose what there is today:', ...lines];
  const { hint } = problemWords(problem);
  return hint === undefined ? [] : [hint];
};

/** What is wrong, in words, as what a command fails with. */
export const asFailure = (problems: readonly PackerProblem[], builder?: Builder, prefix = ''): Error => {
  const message = problems.map((problem) => prefix + problemWords(problem).message).join('\n');
  const hints = [...new Set(problems.flatMap((problem) => hintsOf(problem, builder)))];
  return failure(message, hints.length > 0 ? { hint: hints.join('\n') } : {});
};

/** Rejects where this Packer is too old for what a builder's template needs. */
export const requirePacker = (builder: Builder, packer: PackerVersion): void => {
  const problem = packerProblem(builder, packer);
  if (problem) throw asFailure([problem], builder, `${builder.type}: `);
};

/** Rejects with a failure for what went wrong, or with the signal's reason. */
export const requireDone = (
  outcome: PackerOutcome,
  builder: Builder,
  prefix: string,
  signal: AbortSignal,
) => {
  if (outcome.status === 'failed') throw asFailure(outcome.problems, builder, prefix);
  if (outcome.status === 'interrupted') {
    signal.throwIfAborted();
    throw failure(`${prefix}interrupted`);
  }
  return outcome;
};
