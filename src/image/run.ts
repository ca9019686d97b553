import type { Readable } from 'node:stream';
import { type Options as ExecaOptions, execa } from 'execa';
import { failure } from '../terminal/failure.ts';

export interface RunOptions {
  /** Kills the program, and all that it started, when aborted. */
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
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

/** Programs speak English so that their output can be read, and are found where Debian keeps root's. */
export const programEnv = (env: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  LC_ALL: 'C.UTF-8',
  PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`,
  ...env,
});

/** A command as one line that a shell would take; a script of ours in it is left out, it is in the source. */
export const commandLine = (argv: readonly string[]): string =>
  argv
    .map((word) => {
      if (word.includes('\n')) return "'...'";
      return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
    })
    .join(' ');

/** What a failed program is told as: the command, how it ended, the end of its output. */
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
  const lines = [`${argv[0]} ${how}`, `command: ${commandLine(argv)}`, ...tail.map((line) => `  ${line}`)];
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

/**
 * Kills a program with everything it started that stayed in its process group: mmdebstrap and unshare(1) would
 * leave theirs running. What they were making is thrown away whole, so nobody needs to end in good order.
 */
const killOnAbort = (signal: AbortSignal, pid: number | undefined): (() => void) => {
  const kill = (): void => {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  signal.addEventListener('abort', kill, { once: true });
  return () => signal.removeEventListener('abort', kill);
};

/** Starts a program in a process group of its own, which is killed when the signal is aborted. */
export const start = <O extends ExecaOptions>(
  argv: readonly string[],
  { signal, env, onLine }: RunOptions,
  how: O,
) => {
  signal.throwIfAborted();
  const [program = '', ...args] = argv;
  const tail = tailOf(onLine);
  const child = execa(program, args, {
    ...how,
    detached: true,
    env: programEnv(env),
    reject: false as const,
  });
  (child.stderr as Readable).setEncoding('utf8').on('data', tail.add);
  const forget = killOnAbort(signal, child.pid);
  child.then(forget, forget);
  return { argv, child, tail };
};

/** Runs a program and returns its standard output. Rejects with a failure, or with the signal's reason. */
export const run = async (argv: readonly string[], options: RunOptions): Promise<string> => {
  const { signal, input, hint } = options;
  const { child, tail } = start(argv, options, {
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    buffer: { stdout: true, stderr: false },
    stripFinalNewline: false,
  } as const);
  const result = await child;
  signal.throwIfAborted();
  const stdout = String(result.stdout);
  if (!result.failed) return stdout;
  const ended = { exitCode: result.exitCode, signal: result.signal, cause: result.originalMessage };
  throw programFailure(argv, ended, `${stdout}\n${tail.text()}`, hint);
};
