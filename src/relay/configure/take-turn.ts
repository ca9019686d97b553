import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { PublicError } from '../lib/public-error.ts';

/** In seconds: longer than a data volume may take to appear and to be checked. */
const PATIENCE = 300;

/**
 * One process at a time configures the relay. Waits for the one before, and returns the function that lets in the next,
 * as does the end of this process; where it may not wait, `undefined` if there is one. Throws a {@link PublicError} if
 * that one does not end in time.
 */
export const takeTurn = (
  mayWait: boolean,
  path = '/run/chatmail/configure.lock',
  patience = PATIENCE,
): (() => void) | undefined => {
  mkdirSync(dirname(path), { recursive: true });
  let fd: number | undefined = openSync(path, 'a', 0o600);
  // flock(1) locks the open file that it inherits, which is ours.
  const isLocked = (seconds: number) =>
    spawnSync('flock', [`-w${seconds}`, '3'], { stdio: ['inherit', 'ignore', 'inherit', fd] }).status === 0;
  const end = () => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  if (isLocked(0)) return end;
  if (mayWait) process.stderr.write('waiting for another `chatmail configure` to end\n');
  if (mayWait && isLocked(patience)) return end;
  end();
  if (mayWait) throw new PublicError('another `chatmail configure` does not end: stop it, and try again');
  return undefined;
};
