import type { Problem, WordedProblem } from '../problem/problem.ts';
import { lineOf } from './check-entries.ts';
import { printable } from './printable.ts';
import type { SettingsProblem } from './problem.ts';
import { worded } from './wording.ts';

interface PrintOptions {
  /** ANSI colours; for a terminal without `NO_COLOR`. */
  readonly color?: boolean;
  /** Columns to print a source line in. */
  readonly width?: number;
  /** For everybody to read: the place, the rule and what to do, and nothing that the user wrote. */
  readonly isPublic?: boolean;
}

/** So many are printed; a broken text can have thousands. */
const MAX_PRINTED = 20;

/** What is left of the text before a place when a line is too long. */
const LEAD = 16;

/** `2 errors and 1 warning`; empty for no problems. */
export const countProblems = (problems: readonly Problem[]): string =>
  ['error', 'warning']
    .flatMap((kind) => {
      const count = problems.filter(({ severity }) => severity === kind).length;
      return count ? `${count} ${kind}${count > 1 ? 's' : ''}` : [];
    })
    .join(' and ');

/** One-based line and column of a problem, and the line itself; `undefined` if it has no place. */
export const locate = ({ source, range }: Problem) => {
  if (!source?.text || !range) return undefined;
  const lineStart = source.text.lastIndexOf('\n', range.start - 1) + 1;
  const text = /.*/.exec(source.text.slice(lineStart))?.[0] ?? '';
  return { line: lineOf(source.text, range.start), column: range.start - lineStart + 1, text };
};

/** The part of a line around what is meant, at most `width` wide, and the carets for below it. */
const excerpt = (text: string, from: number, to: number, width: number): readonly [string, string] => {
  const before = printable(text.slice(0, from));
  const meant = printable(text.slice(from, to));
  const isLong = before.length + meant.length > width && before.length > LEAD;
  const lead = isLong ? `...${before.slice(-LEAD)}` : before;
  const line = lead + meant + printable(text.slice(to));
  return [
    line.length > width ? `${line.slice(0, width - 3)}...` : line,
    ' '.repeat(lead.length) + '^'.repeat(Math.max(1, Math.min(meant.length, width - lead.length))),
  ];
};

/**
 * All problems as text for people: place, rule, the line with carets below what is meant, a hint; and how
 * many there are at the end. Empty for no problems. What the user wrote is escaped.
 */
export const printWorded = (
  problems: readonly WordedProblem[],
  { color = false, width = 80, isPublic = false }: PrintOptions = {},
): string => {
  const bold = (code: number, text: string) => (color ? `\x1b[1;${code}m${text}\x1b[m` : text);
  const print = (problem: WordedProblem): string => {
    const { source, severity, range, message, hint } = problem;
    const red = severity === 'error' ? 31 : 33;
    const at = locate(problem);
    const place = source ? `${printable(source.name)}:${at ? `${at.line}:${at.column}:` : ''} ` : '';
    let text = `${place}${bold(red, severity)}: ${printable(message)}\n`;
    const margin = ' '.repeat(at ? `${at.line}`.length + 3 : 2);
    if (at && range && !isPublic) {
      const from = at.column - 1;
      const [line, carets] = excerpt(
        at.text,
        from,
        from + range.end - range.start,
        width - margin.length - 2,
      );
      text += `  ${at.line} | ${line}\n${margin}| ${bold(red, carets)}\n`;
    }
    return hint ? `${text}${margin}${bold(36, 'hint')}: ${printable(hint)}\n` : text;
  };
  if (!problems[0]) return '';
  const shown = problems.slice(0, MAX_PRINTED);
  const rest = shown.length < problems.length ? `, the first ${MAX_PRINTED} are shown` : '';
  return `${shown.map(print).join('\n')}\n${countProblems(problems)}${rest}\n`;
};

/** The same for problems with settings. */
export const printProblems = (problems: readonly SettingsProblem[], options: PrintOptions = {}): string =>
  printWorded(
    problems.map((problem) => worded(problem, options.isPublic)),
    options,
  );
