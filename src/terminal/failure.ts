import type { WordedProblem, Wording } from '../problem/problem.ts';

/** An expected operational error, not a bug: printed as message and hint, without a stack. */
export interface Failure extends Error {
  readonly name: 'Failure';
  readonly hint?: string;
  /** Where several things are wrong: each with its own hint. */
  readonly problems?: readonly Wording[];
}

/** Makes a {@link Failure} to throw where a program, a file or the network let us down. */
export const failure = (message: string, options: { hint?: string; cause?: unknown } = {}): Failure => {
  const { hint, cause } = options;
  const error = new Error(message, cause === undefined ? {} : { cause });
  return Object.assign(error, { name: 'Failure' as const }, hint === undefined ? {} : { hint });
};

/** The same for all problems that were found. */
export const problemsFailure = (problems: readonly WordedProblem[]): Failure =>
  Object.assign(failure(problems.map(({ message }) => message).join('\n')), { problems });
