import type { Context, Output } from '../commands/command.ts';
import { printWorded } from '../config/print-problems.ts';
import { printable } from '../config/printable.ts';
import { worded } from '../config/wording.ts';
import type { WordedProblem } from '../problem/problem.ts';
import { PROGRAM } from './program-name.ts';

/** The part of the world a command gets as it is. */
export type World = Pick<Context, 'stdout' | 'stderr' | 'env' | 'cwd' | 'signal'> &
  Partial<Pick<Context, 'program'>>;

/** Colour is for terminals whose owner has not asked to go without: https://no-color.org */
const hasColor = ({ isTTY }: Output, env: Context['env']): boolean =>
  isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';

/** Prints `error: message` and a hint. What came from outside is escaped, line by line. */
export const printError = ({ stderr, env }: World, message: string, hint?: string): void => {
  const bold = (code: number, text: string) =>
    hasColor(stderr, env) ? `\x1b[1;${code}m${text}\x1b[m` : text;
  const lines = (text: string) => text.trimEnd().split('\n').map(printable).join('\n  ');
  stderr.write(`${bold(31, 'error')}: ${lines(message)}\n`);
  if (hint) stderr.write(`  ${bold(36, 'hint')}: ${lines(hint)}\n`);
};

/** What a command gets to work with. `command` is named where wrong usage points to the help. */
export const contextOf = (world: World, command: string): Context => {
  const { program = PROGRAM } = world;
  const tell = (problems: readonly WordedProblem[]): 0 | 1 => {
    const { stderr, env } = world;
    const width = stderr.columns ?? 80;
    stderr.write(printWorded(problems, { color: hasColor(stderr, env), width }));
    return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  };
  return {
    ...world,
    program,
    tell,
    report: (problems) => tell(problems.map((problem) => worded(problem))),
    fail: (message, hint) => {
      printError(world, message, hint);
      return 1;
    },
    usage: (message, hint) => {
      printError(world, message, hint);
      world.stderr.write(`  ${program}${command && ` ${command}`} --help shows the usage\n`);
      return 2;
    },
  };
};
