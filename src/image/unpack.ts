import { createWriteStream } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { owning } from './namespace.ts';
import { programEnv, programFailure, type RunOptions, run, tailOf } from './run.ts';

/** Devices are the kernel's to make, and an ordinary user may not. */
const extractCommand = (isRoot: boolean, tree: string): readonly string[] =>
  owning(isRoot, [
    ...['tar', '--extract', '--file=-', '--numeric-owner', '--same-owner', '--preserve-permissions'],
    ...['--xattrs', '--xattrs-include=*', '--exclude=./dev/*', `--directory=${tree}`],
  ]);

const start = (argv: readonly string[], { signal, env, onLine }: RunOptions) => {
  const [program = '', ...args] = argv;
  const tail = tailOf(onLine);
  const child = execa(program, args, {
    cancelSignal: signal,
    forceKillAfterDelay: 10_000,
    env: programEnv(env),
    reject: false,
    buffer: false,
    encoding: 'buffer',
    stdin: 'pipe',
  });
  child.stderr.setEncoding('utf8').on('data', tail.add);
  return { argv, child, tail };
};
type Started = ReturnType<typeof start>;

/** Waits for all; of several failures the first in the pipe is the cause, what follows only its echo. */
const allEnded = async (started: readonly Started[], { signal, hint }: RunOptions): Promise<void> => {
  const results = await Promise.all(started.map(({ child }) => child));
  signal.throwIfAborted();
  for (const [index, result] of results.entries()) {
    const one = started[index];
    if (!one || !result.failed || result.signal === 'SIGPIPE') continue;
    const ended = { exitCode: result.exitCode, signal: result.signal, cause: result.originalMessage };
    throw programFailure(one.argv, ended, one.tail.text(), hint);
  }
};

const quietly = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);

/**
 * Runs a program that writes a tar, unpacks that into `tree` while it comes, and keeps a compressed copy in
 * `copy`. Rejects with the failure of the program that failed first.
 */
export const unpackAndKeep = async (
  argv: readonly string[],
  { tree, copy, isRoot }: { readonly tree: string; readonly copy: string; readonly isRoot: boolean },
  options: RunOptions,
): Promise<void> => {
  const { onLine: _, ...others } = options;
  const source = start(argv, options);
  const zstd = start(['zstd', '--quiet', '-3', '-T0', '--stdout'], others);
  const tar = start(extractCommand(isRoot, tree), others);
  const toZstd = new PassThrough();
  const toTar = new PassThrough();
  const out = source.child.stdout as Readable;
  out.pipe(toZstd);
  out.pipe(toTar);
  await Promise.all([
    quietly(pipeline(toZstd, zstd.child.stdin)),
    quietly(pipeline(toTar, tar.child.stdin)),
    quietly(pipeline(zstd.child.stdout as Readable, createWriteStream(copy))),
    quietly(finished(out)),
    allEnded([source, zstd, tar], options),
  ]);
};

/** Unpacks a compressed tar into `tree`. */
export const unpack = async (
  archive: string,
  { tree, isRoot }: { readonly tree: string; readonly isRoot: boolean },
  options: RunOptions,
): Promise<void> => {
  const extract = extractCommand(isRoot, tree).map((word) =>
    word === '--file=-' ? `--file=${archive}` : word,
  );
  await run([...extract, '--zstd'], options);
};
