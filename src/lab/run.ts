import { execa } from 'execa';
import { failure } from '../terminal/failure.ts';

/** Administration programs live where an ordinary user's PATH does not look. */
export const PROGRAM_PATH = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/**
 * Runs a program to its end and returns its output. Rejects with its last lines.
 * The signal kills it.
 */
export const run = async (argv: readonly string[], options: RunOptions = {}): Promise<string> => {
  const [program = '', ...args] = argv;
  const { signal, cwd } = options;
  const result = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    env: { PATH: PROGRAM_PATH, LC_ALL: 'C.UTF-8' },
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (result.failed) throw failure(`${result.shortMessage}\n${lastLines(result.stderr)}`);
  return result.stdout;
};

interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly cwd?: string;
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-8).join('\n');
