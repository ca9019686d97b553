import type { SettingsProblem } from '../config/problem.ts';
import type { WordedProblem } from '../problem/problem.ts';

/** 0 done, 1 problem found, 2 wrong usage. `cli.ts` ends with 130 after SIGINT or SIGTERM. */
export type ExitStatus = 0 | 1 | 2;

/** One option; the first three members go to `node:util` `parseArgs` as they are. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** One line in lower case, without a full stop. */
  readonly help: string;
  /** What the help calls the value, e.g. `FILE`. */
  readonly value?: string;
  /** Values a shell may complete, where they are a few words; those of `a|b` need not be said again. */
  readonly words?: readonly string[];
}
export type Options = Readonly<Record<string, Option>>;

type OptionValue<O extends Option> = O['type'] extends 'boolean' ? boolean : string;
/** What `parseArgs` makes of the options: absent ones are `undefined`, `multiple` ones are lists. */
export type Values<O extends Options> = {
  readonly [N in keyof O]?: O[N] extends { readonly multiple: true }
    ? readonly OptionValue<O[N]>[]
    : OptionValue<O[N]>;
};

export interface Arguments<O extends Options = Options> {
  readonly values: Values<O>;
  readonly operands: readonly string[];
}

/** Somewhere to write to: `process.stdout`, `process.stderr`, or a list in a test. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Everything outside the program that a command may use, besides the files named in its arguments. */
export interface Context {
  /** Results. */
  readonly stdout: Output;
  /** Progress, warnings, errors. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What a person types to start this program, for hints: `node lib/cli.js`. */
  readonly program: string;
  /** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. */
  readonly signal: AbortSignal;
  /** Prints all problems on stderr, each with its place. Returns 1 if one is an error, else 0. */
  report(problems: readonly SettingsProblem[]): 0 | 1;
  /** The same for problems that have their words. */
  tell(problems: readonly WordedProblem[]): 0 | 1;
  /** Prints `error: message` and `hint: hint` on stderr: something did not work. Returns 1. */
  fail(message: string, hint?: string): 1;
  /** The same for wrong usage; adds where to find help. Returns 2. */
  usage(message: string, hint?: string): 2;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands: lower case, no full stop. */
  readonly summary: string;
  /** Operands as they stand after the name, e.g. `[DOMAIN]`; `--help` adds `[options]`. */
  readonly usage?: string;
  /** Fewest and most operands; none when absent. */
  readonly operands?: readonly [min: number, max: number];
  /** Operands that a shell may complete. */
  readonly words?: readonly string[];
  /** Paragraphs for `--help`, below the summary. */
  readonly description?: string;
  readonly options: Options;
  /** Rejects with a `Failure` for what went wrong outside, and with anything else for a bug. */
  run(context: Context, args: Arguments): Promise<ExitStatus>;
}

type CommandOf<O extends Options> = Omit<Command, 'options' | 'run'> & {
  readonly options: O;
  run(context: Context, args: Arguments<O>): Promise<ExitStatus>;
};

/** Gives `run` the types of its options: `export const command = defineCommand({ … })`. */
export const defineCommand = <const O extends Options>(command: CommandOf<O>): Command =>
  command as unknown as Command;
