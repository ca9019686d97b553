import type { Readable } from 'node:stream';
import { type Options as ExecaOptions, execa } from 'execa';
import { failure } from '../terminal/failure.ts';
import { shellCommand } from './shell-words.ts';
import { signalGroup } from './signal-group.ts';

export interface RunOptions {
  /** Ends the program, and all that it started, when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** By which signal; without one it is killed, as what most programs were making is thrown away whole. */
  readonly endBy?: 'SIGTERM' | 'SIGKILL';
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /** Called with each line of standard error while the program runs. */
  readonly onLine?: (line: string) => void;
  /** What may help when it fails. */
  readonly hint?: string;
}

/** Lines of output a failure shows: enough for the cause and what led to it. */
const TAIL = 15;

// Colours and cursor movements of the program would act on our terminal.
const readable = (text: string): string =>
  text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');

/** Debian keeps root's programs where an ordinary user's PATH does not look. */
export const PROGRAM_PATH = `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Programs speak English so that their output can be read, and are found wherever Debian has them. */
export const programEnv = (env: RunOptions['env'] = {}): Record<string, string | undefined> => ({
  LC_ALL: 'C.UTF-8',
  PATH: PROGRAM_PATH,
  ...env,
});

/** The report on a failed program: the command, how it ended, the end of its output. */
export const programFailure = (
  argv: readonly string[],
  ended: {
    readonly exitCode?: number | undefined;
    readonly signal?: string | undefined;
    readonly cause?: string | undefined;
  },
  output: string,
  hint?: string,
): Error => {
  const how =
    ended.exitCode !== undefined
      ? `ended with status ${ended.exitCode}`
      : ended.signal !== undefined
        ? `was ended by ${ended.signal}`
        : `could not be run: ${ended.cause ?? 'unknown reason'}`;
  const tail = readable(output).trim().split('\n').slice(-TAIL).filter(Boolean);
  const lines = [`${argv[0]} ${how}`, `command: ${shellCommand(argv)}`, ...tail.map((line) => `  ${line}`)];
  return failure(lines.join('\n'), hint === undefined ? {} : { hint });
};

/** Keeps the end of a program's output for its failure, and hands on each line as it comes. */
export const tailOf = (
  onLine: ((line: string) => void) | undefined,
): { add(chunk: string): void; text(): string } => {
  const kept: string[] = [];
  let rest = '';
  return {
    add(chunk) {
      const lines = (rest + chunk).split(/[\r\n]+/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        kept.push(line);
        if (kept.length > 4 * TAIL) kept.splice(0, 2 * TAIL);
        onLine?.(line);
      }
    },
    text: () => [...kept, rest].join('\n'),
  };
};

/** Ends a program with everything it started: mmdebstrap and unshare(1) would leave theirs running. */
const endOnAbort = ({ signal, endBy = 'SIGKILL' }: RunOptions, pid: number | undefined): (() => void) => {
  const end = (): void => signalGroup(pid, endBy);
  signal?.addEventListener('abort', end, { once: true });
  return () => signal?.removeEventListener('abort', end);
};

/** Starts a program in a process group of its own, which is ended when the signal is aborted. */
export const start = <O extends ExecaOptions>(argv: readonly string[], options: RunOptions, how: O) => {
  const { signal, cwd, env, onLine } = options;
  signal?.throwIfAborted();
  const [program = '', ...args] = argv;
  const tail = tailOf(onLine);
  const child = execa(program, args, {
    ...how,
    ...(cwd === undefined ? {} : { cwd }),
    detached: true,
    env: programEnv(env),
    reject: false as const,
  });
  (child.stderr as Readable).setEncoding('utf8').on('data', tail.add);
  const forget = endOnAbort(options, child.pid);
  child.then(forget, forget);
  return { argv, child, tail };
};

/**
 * Runs a program and returns its standard output, without the last line's end. Rejects with a failure that shows the
 * end of what it printed, or with the signal's reason.
 */
export const run = async (argv: readonly string[], options: RunOptions = {}): Promise<string> => {
  const { signal, input, hint } = options;
  const { child, tail } = start(argv, options, {
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    buffer: { stdout: true, stderr: false },
  } as const);
  const result = await child;
  signal?.throwIfAborted();
  const stdout = String(result.stdout);
  if (!result.failed) return stdout;
  const ended = { exitCode: result.exitCode, signal: result.signal, cause: result.originalMessage };
  throw programFailure(argv, ended, `${stdout}\n${tail.text()}`, hint);
};
