import { rm } from 'node:fs/promises';
import type { RunOptions } from '../program/run.ts';
import type { Step } from '../terminal/progress.ts';
import { type CachedBase, keepBase, unfinishedBase } from './base-cache.ts';
import {
  BASE_ENV,
  type BaseCommand,
  baseCommand,
  baseFraction,
  NO_PROGRESS,
  readBaseLine,
} from './base-command.ts';
import { packagesDigest } from './installed-packages.ts';
import { packagesIn } from './tree.ts';
import { unpack, unpackAndKeep } from './unpack.ts';
import { openTemporary } from './workspace.ts';

interface BaseRequest {
  readonly key: string;
  readonly base: BaseCommand;
  readonly epoch: number;
  /** Now, in seconds. */
  readonly now: number;
  readonly cache: string;
  readonly tree: string;
  readonly isRoot: boolean;
}

/** Unpacks a base system that was made before, and returns the digest of its packages. */
export const reuseBase = async (
  base: CachedBase,
  request: BaseRequest,
  options: RunOptions,
): Promise<string> => {
  await unpack(base.file, request, options);
  return base.packages;
};

/** Makes the base system with mmdebstrap, unpacks it into the tree on the way, and keeps it. */
export const makeBase = async (request: BaseRequest, step: Step, options: RunOptions): Promise<string> => {
  const { key, base, epoch, now, cache, tree, isRoot } = request;
  const copy = await unfinishedBase(cache, key);
  const temporary = await openTemporary(isRoot);
  let progress = NO_PROGRESS;
  try {
    await unpackAndKeep(
      baseCommand(base),
      { tree, copy, isRoot },
      {
        ...options,
        env: { ...BASE_ENV, SOURCE_DATE_EPOCH: String(epoch), TMPDIR: temporary.folder },
        hint: 'most often the network or the archive; what apt said is above',
        onLine: (line) => {
          progress = readBaseLine(progress, line);
          step.update(baseFraction(progress), progress.detail);
        },
      },
    );
    step.update(undefined);
    const digest = packagesDigest(await packagesIn(tree));
    await keepBase(cache, key, copy, { epoch, made: now, packages: digest });
    return digest;
  } finally {
    await rm(copy, { force: true });
    await temporary.remove();
  }
};
