import { createWriteStream } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { programFailure, type RunOptions, run, start } from '../program/run.ts';
import { owning } from './namespace.ts';

/** Devices are the kernel's to make, and an ordinary user may not. */
const extractCommand = (isRoot: boolean, tree: string): readonly string[] =>
  owning(isRoot, [
    ...['tar', '--extract', '--file=-', '--numeric-owner', '--same-owner', '--preserve-permissions'],
    ...['--xattrs', '--xattrs-include=*', '--exclude=./dev/*', `--directory=${tree}`],
  ]);

const startInPipe = (argv: readonly string[], options: RunOptions) =>
  start(argv, options, { buffer: false, encoding: 'buffer', stdin: 'pipe' } as const);
type Started = ReturnType<typeof startInPipe>;

/** Waits for all; of several failures the first in the pipe is the cause, what follows only its echo. */
const allEnded = async (started: readonly Started[], { signal, hint }: RunOptions): Promise<void> => {
  const results = await Promise.all(started.map(({ child }) => child));
  signal?.throwIfAborted();
  for (const [index, result] of results.entries()) {
    const one = started[index];
    if (!one || !result.failed || result.signal === 'SIGPIPE') continue;
    const ended = { exitCode: result.exitCode, signal: result.signal, cause: result.originalMessage };
    throw programFailure(one.argv, ended, one.tail.text(), hint);
  }
};

/** Keeps a stream flowing when all who read it have failed; its writer would wait for ever. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

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
  const source = startInPipe(argv, options);
  const zstd = startInPipe(['zstd', '--quiet', '-3', '-T0', '--stdout'], others);
  const tar = startInPipe(extractCommand(isRoot, tree), others);
  const toZstd = new PassThrough();
  const toTar = new PassThrough();
  for (const sink of [toZstd, toTar, nowhere()]) source.child.stdout.pipe(sink);
  await Promise.all([
    quietly(pipeline(toZstd, zstd.child.stdin)),
    quietly(pipeline(toTar, tar.child.stdin)),
    quietly(pipeline(zstd.child.stdout, createWriteStream(copy))),
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
