import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inPieces } from './mutate.ts';
import { Random } from './random.ts';

/** A reader of what strangers send. */
export interface Target {
  readonly name: string;
  readonly generate: (random: Random) => Buffer;
  /** Hands an input to the reader, in any pieces; throws when the reader does what it must not. */
  readonly check: (input: Buffer, random: Random) => Promise<void> | void;
  /** Whether the reader still serves an honest peer. */
  readonly probe: () => Promise<void> | void;
  /** So many inputs were well-formed: a run in which none is proves little. */
  readonly accepted: () => number;
  readonly close?: () => Promise<unknown>;
}

export interface Case {
  readonly seed: number;
  readonly index: number;
}

/** The input of a case. */
export const inputOf = (target: Target, { seed, index }: Case): Buffer =>
  target.generate(new Random(seed, index));

export class FuzzFailure extends Error {
  override name = 'FuzzFailure';
  readonly failed: Case;
  constructor(failed: Case, cause: unknown) {
    super(`case ${failed.index}: ${(cause as Error).message}`, { cause });
    this.failed = failed;
  }
}

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
  readonly from?: number;
  /** Told the number of the next case now and then. */
  readonly onProgress?: (index: number) => void;
}

/** Cases at a time; a reader must not mix up its peers. */
export const BATCH = 32;
const MAX_GROWTH = 128 << 20;
const PATIENCE_MS = 20_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Bytes that are in use; where that is much, without the garbage, of which checks make more than readers. What
 * sockets held is garbage only once the first collection has let go of them.
 */
const memoryInUse = async (): Promise<number> => {
  if (process.memoryUsage.rss() > MAX_GROWTH) {
    collectGarbage();
    await setImmediate();
    collectGarbage();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const withinPatience = async (work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the reader hangs')), PATIENCE_MS);
  });
  await Promise.race([work, limit]).finally(() => clearTimeout(timer));
};

/** Runs cases `from` to `from + runs`. Rejects with FuzzFailure; a crash or an endless loop the caller must notice. */
export const fuzz = async (
  target: Target,
  { seed, runs, from = 0, onProgress = () => {} }: FuzzOptions,
): Promise<void> => {
  const base = await memoryInUse();
  const one = async (index: number): Promise<void> => {
    try {
      await target.check(inputOf(target, { seed, index }), new Random(~seed, index));
    } catch (cause) {
      throw new FuzzFailure({ seed, index }, cause);
    }
  };
  for (let index = from; index < from + runs; index += BATCH) {
    onProgress(index);
    const batch = Array.from({ length: Math.min(BATCH, from + runs - index) }, (_, i) => one(index + i));
    await withinPatience(Promise.all(batch));
    if ((index / BATCH) % 64 > 0) continue;
    try {
      await withinPatience(Promise.resolve(target.probe()));
      const growth = (await memoryInUse()) - base;
      if (growth > MAX_GROWTH) throw new Error(`memory grew by ${growth >> 20} MiB`);
    } catch (cause) {
      throw new FuzzFailure({ seed, index }, cause);
    }
  }
};

export { inPieces, Random };
