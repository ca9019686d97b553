import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { failure } from './failure.ts';

interface InputOptions {
  /** What the person called it. */
  readonly name?: string;
  /** Ends the wait for a pipe's writer. */
  readonly signal?: AbortSignal | undefined;
  /** How long a pipe may be without anybody who writes to it. */
  readonly patienceMs?: number;
}

const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 5000;

/** Some bytes, none at the end; `undefined` where the writer of a pipe has nothing yet. */
const readSome = async (file: FileHandle, maxBytes: number): Promise<Uint8Array | undefined> => {
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(Math.min(maxBytes, 65_536)));
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
};

/**
 * The first bytes, at most so many, of a file or a pipe, such as `<(command)` in a shell. Rejects with a failure for a
 * folder and for a pipe without a writer, with Node's error where it cannot be read, and when `signal` aborts.
 */
export const readStart = async (
  path: string,
  maxBytes: number,
  { name = path, signal, patienceMs = PATIENCE_MS }: InputOptions = {},
): Promise<Uint8Array> => {
  // Otherwise open(2) waits for a writer, and the program cannot end before it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw failure(`${name} is a folder`, { hint: 'name a file' });
    const parts: Uint8Array[] = [];
    let left = maxBytes;
    const end = performance.now() + patienceMs;
    while (left > 0) {
      const some = await readSome(file, left);
      if (some?.length) {
        parts.push(some);
        left -= some.length;
      } else if (some && (parts[0] || !stats.isFIFO())) break;
      else if (some && performance.now() > end)
        throw failure(`${name} is a pipe without a writer`, { hint: 'start what writes to it first' });
      else await pause(LOOK_AGAIN_MS, undefined, signal && { signal });
    }
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
};

/** All of it; a failure where it is larger than what is asked for can be. */
export const readInput = async (
  path: string,
  { maxBytes = 1 << 20, ...options }: InputOptions & { readonly maxBytes?: number } = {},
): Promise<Uint8Array> => {
  const bytes = await readStart(path, maxBytes + 1, options);
  if (bytes.length > maxBytes)
    throw failure(`${options.name ?? path} has more than ${maxBytes} bytes`, {
      hint: 'is it the right file?',
    });
  return bytes;
};
