import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CachedBase, findBase } from './base-cache.ts';
import { baseCommand } from './base-command.ts';
import { keyOf, sha256 } from './cache-key.ts';
import { digestFile } from './file-digest.ts';
import type { Inputs } from './manifest.ts';
import { basePackages, SUITE } from './packages.ts';
import type { BuildRequest } from './request.ts';
import { type RunOptions, run } from './run.ts';
import { OVERLAY } from './tree.ts';

/** A build thought through: what is needed, what of it is there, and what its parts are called. */
export interface Plan {
  readonly request: BuildRequest;
  readonly packages: readonly string[];
  /** File of dpkg options for mmdebstrap. */
  readonly dpkgOptions: string;
  readonly baseKey: string;
  /** The base system from an earlier build, if it can be used again. */
  readonly kept: CachedBase | undefined;
  /** Seconds; no file in the image is newer. */
  readonly epoch: number;
  /** Now, in seconds. */
  readonly now: number;
  readonly relay: Inputs['relayPackage'];
  /** SHA-256 of the image's own files, names and contents. */
  readonly overlay: string;
  readonly builder: string;
}

const DAY = 24 * 3600;

/** Without a date that was asked for, the day is good enough: builds of one day can be compared. */
export const defaultEpoch = (now: number): number => Math.floor(now / DAY) * DAY;

const digestFolder = async (folder: string): Promise<string> => {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const lines = await Promise.all(
    names.map(async (name) => `${sha256(await readFile(name))} ${name.slice(folder.length)}`),
  );
  return sha256(lines.join('\n'));
};

/** The files that are laid over the tree: the image's own, and the programs asked for. */
const digestOverlay = async ({ programs = {} }: BuildRequest): Promise<string> => {
  const digests = await Promise.all(
    Object.entries(programs).map(async ([path, file]) => `${sha256(await readFile(file))} ${path}`),
  );
  return sha256([await digestFolder(OVERLAY), ...digests].join('\n'));
};

const programVersion = async (): Promise<string> =>
  (JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;

/** Reads what the build depends on. Rejects where the relay's package is not one. */
export const planBuild = async (request: BuildRequest, now: number, options: RunOptions): Promise<Plan> => {
  const { relayPackage, cache, refresh, sourceDateEpoch } = request;
  const control = ['dpkg-deb', '--field', relayPackage];
  const depends = await run([...control, 'Depends'], options);
  const version = (await run([...control, 'Version'], options)).trim();
  const packages = basePackages(depends);
  const dpkgOptions = join(OVERLAY, 'etc/dpkg/dpkg.cfg.d/chatmail-image');
  const baseKey = keyOf({
    suite: SUITE,
    command: baseCommand({ packages, dpkgOptions: sha256(await readFile(dpkgOptions)) }),
    epoch: sourceDateEpoch,
  });
  const kept = refresh ? undefined : await findBase(cache, baseKey, now);
  return {
    request,
    packages,
    dpkgOptions,
    baseKey,
    kept,
    epoch: kept?.epoch ?? sourceDateEpoch ?? defaultEpoch(now),
    now,
    relay: {
      version,
      sha256: (await digestFile(relayPackage, options.signal)).sha256,
    },
    overlay: await digestOverlay(request),
    builder: await programVersion(),
  };
};

/** All that the image is made of, once it is known what is in the base system. */
export const inputsOf = (plan: Plan, base: string): Inputs => {
  const { request, epoch, relay, overlay, builder } = plan;
  const { settings, diskSize, compression } = request;
  return {
    suite: SUITE,
    sourceDateEpoch: epoch,
    base,
    relayPackage: relay,
    ...(settings === undefined ? {} : { settings: sha256(settings) }),
    overlay,
    diskSize,
    compression,
    builder,
  };
};
