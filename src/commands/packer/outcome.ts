import type { PackerVersion } from '../../packer/find-packer.ts';
import { type PackerProblem, wordedProblem } from '../../packer/problem.ts';
import type { Builder } from '../../packer/relay/builder.ts';
import { packerProblem } from '../../packer/relay/packer-problem.ts';
import type { PackerOutcome } from '../../packer/run-packer.ts';
import type { WordedProblem } from '../../problem/problem.ts';
import { type Failure, failure, problemsFailure } from '../../terminal/failure.ts';

/** How to see what a builder's cloud has today, line by line. */
const listing = ({ cloud }: Builder): readonly string[] =>
  Object.entries(cloud.packer?.lists?.value ?? {}).map(
    ([name, command]) => `--var ${name}=NAME, one of: ${command}`,
  );

/** Where a cloud has no such thing, what shows what it has. */
const wordedFor = (problem: PackerProblem, builder: Builder | undefined): WordedProblem => {
  const worded = wordedProblem(problem);
  const lines = problem.code === 'not-offered' && builder ? listing(builder) : [];
  return lines.length === 0
    ? worded
    : { ...worded, hint: ['what clouds offer changes; choose what there is today:', ...lines].join('\n') };
};

/** What is wrong, in words, as what a command fails with. */
export const asFailure = (problems: readonly PackerProblem[], builder?: Builder, prefix = ''): Failure =>
  problemsFailure(
    problems
      .map((problem) => wordedFor(problem, builder))
      .map((problem) => ({ ...problem, message: `${prefix}${problem.message}` })),
  );

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
