import type { WordedProblem } from '../problem/problem.ts';
import { locate } from './print-problems.ts';

/** A problem for programs: its place as editors count it. */
export const problemToJson = (problem: WordedProblem) => {
  const { code, severity, path, source, message, hint } = problem;
  const at = locate(problem);
  return {
    code,
    severity,
    ...(path && { path }),
    ...(source && { file: source.name }),
    ...(at && { line: at.line, column: at.column }),
    message,
    ...(hint !== undefined && { hint }),
  };
};
