import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** More than any of the relay's files has. */
const LIMIT = 1 << 20;

/** Follows no link, and does not wait for the other end of a FIFO (open(2)). */
const CAREFULLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const refusal = (path: string, code: string, what: string): Error =>
  Object.assign(new Error(`${path} ${what}`), { code });

/**
 * A small file in a folder that another user can write to; `undefined` where there is none. Throws for a link
 * (`ELOOP`), for whatever else is no regular file (`ENOTFILE`), and for one that is larger than `limit` bytes.
 */
export const readRegular = (path: string, limit = LIMIT): Buffer | undefined => {
  let fd: number;
  try {
    fd = openSync(path, CAREFULLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const file = fstatSync(fd);
    if (!file.isFile()) throw refusal(path, 'ENOTFILE', 'is not a regular file');
    if (file.size > limit) throw refusal(path, 'EFBIG', `is larger than ${limit} bytes`);
    const buffer = Buffer.allocUnsafe(file.size);
    return buffer.subarray(0, readSync(fd, buffer, 0, file.size, 0));
  } finally {
    closeSync(fd);
  }
};
