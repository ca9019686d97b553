import type { Failure } from '../terminal/failure.ts';
import { printError, type World } from './context.ts';

const isFailure = (error: Error): error is Failure => error.name === 'Failure';

/** Node's errors of system calls: `ENOENT: no such file or directory, open '/x'`. */
const isOfSystem = (error: Error): error is NodeJS.ErrnoException => 'syscall' in error && 'code' in error;

const sentence = (error: NodeJS.ErrnoException): string => {
  const [, reason = error.message] = /^[A-Z]+: (.*?)(, \w+( '.*)?)?$/.exec(error.message) ?? [];
  return error.path === undefined ? reason : `${error.path}: ${reason}`;
};

/** Prints what a command rejected with: an expected operational error in one line; a bug with its stack on request. */
export const printException = (world: World, thrown: unknown, isDebug: boolean): void => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (isFailure(error))
    for (const { message, hint } of error.problems ?? [error]) printError(world, message, hint);
  else if (isOfSystem(error)) printError(world, sentence(error));
  else printError(world, `unexpected: ${error.message}`, isDebug ? undefined : '--debug shows where');
  if (!isDebug) return;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    world.stderr.write(`${cause.stack ?? cause.message}\n`);
};
