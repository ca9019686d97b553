import { locate } from './print-problems.ts';
import type { Problem } from './problem.ts';
import { describeProblem } from './wording.ts';

/** A problem for programs: its place as editors count it. */
export const problemToJson = (problem: Problem) => {
  const { code, severity, path, source } = problem;
  const at = locate(problem);
  return {
    code,
    severity,
    path,
    ...(source && { file: source.name }),
    ...(at && { line: at.line, column: at.column }),
    ...describeProblem(problem),
  };
};
