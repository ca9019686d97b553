import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOptions, run } from '../program/run.ts';
import { VERSION } from '../version.ts';
import { type CachedBase, findBase } from './base-cache.ts';
import { type BaseCommand, baseCommand } from './base-command.ts';
import { digestBootLoaders } from './boot-loader-files.ts';
import { keyOf, sha256 } from './cache-key.ts';
import { digestFolder } from './digest-folder.ts';
import { digestFile } from './file-digest.ts';
import type { Inputs, PackageInput } from './manifest.ts';
import { basePackages, KERNELS, type Kernel, STOCK_PACKAGES, SUITE, withMore } from './packages.ts';
import type { BuildRequest } from './request.ts';
import { OVERLAY } from './tree.ts';

/** A build thought through: what is needed, what of it is there, and what its parts are called. */
export interface Plan {
  readonly request: BuildRequest;
  readonly base: BaseCommand;
  readonly baseKey: string;
  /** The base system from an earlier build, if it can be used again. */
  readonly kept: CachedBase | undefined;
  /** Seconds; no file in the image is newer. */
  readonly epoch: number;
  /** Now, in seconds. */
  readonly now: number;
  /** Absent from a bare Debian, as are the image's own files. */
  readonly relay?: { readonly relayPackage: PackageInput; readonly extrasPackage: PackageInput };
  /** SHA-256 of the image's own files, names and contents. */
  readonly overlay?: string;
  /** SHA-256 of this computer's boot loaders. */
  readonly bootLoaders: string;
  readonly builder: string;
}

const DAY = 24 * 3600;

/** Without a date that was asked for, the day is good enough: builds of one day can be compared. */
export const defaultEpoch = (now: number): number => Math.floor(now / DAY) * DAY;

/** The files that are laid over the tree: the image's own, and the programs asked for. */
const digestOverlay = async ({ programs = {} }: BuildRequest): Promise<string> => {
  const digests = await Promise.all(
    Object.entries(programs).map(async ([path, file]) => `${sha256(await readFile(file))} ${path}`),
  );
  return sha256([await digestFolder(OVERLAY), ...digests].join('\n'));
};

/** The files that a base system is made with, by what is in them rather than by where they are. */
const digestFiles = async ({ dpkgOptions, initramfs }: BaseCommand): Promise<Partial<BaseCommand>> => ({
  ...(dpkgOptions !== undefined && { dpkgOptions: sha256(await readFile(dpkgOptions)) }),
  ...(initramfs !== undefined && { initramfs: await digestFolder(initramfs) }),
});

/** What the relay's image has of Debian: what its package needs, and no more. */
const relayBase = async (
  relayPackage: string,
  kernel: Kernel,
  options: RunOptions,
): Promise<BaseCommand> => ({
  variant: 'minbase',
  packages: basePackages(await run(['dpkg-deb', '--field', relayPackage, 'Depends'], options), kernel),
  dpkgOptions: join(OVERLAY, 'etc/dpkg/dpkg.cfg.d/chatmail-image'),
  initramfs: join(OVERLAY, 'etc/initramfs-tools'),
});

/** What a cloud's Debian is: its services, its name resolution, and the locale that its cloud-init sets. */
const stockBase = (kernel: Kernel): BaseCommand => ({
  variant: 'important',
  packages: withMore(STOCK_PACKAGES, [KERNELS[kernel]]),
  finish: [
    // Important in Debian, and not in clouds' images: cloud-init would write for it, and not for netplan.
    'dpkg --purge ifupdown',
    'systemctl enable systemd-networkd',
    'ln -sf /run/systemd/resolve/resolv.conf /etc/resolv.conf',
    "sh -c 'echo en_US.UTF-8 UTF-8 > /etc/locale.gen && locale-gen'",
  ],
});

const packageOf = async (file: string, options: RunOptions): Promise<PackageInput> => ({
  version: (await run(['dpkg-deb', '--field', file, 'Version'], options)).trim(),
  sha256: (await digestFile(file, options.signal)).sha256,
});

/** Reads what the build depends on. Rejects where a package of the relay's is not one. */
export const planBuild = async (request: BuildRequest, now: number, options: RunOptions): Promise<Plan> => {
  const { packages, kernel, include = [], cache, refresh, sourceDateEpoch } = request;
  const needed =
    packages === undefined ? stockBase(kernel) : await relayBase(packages.relay, kernel, options);
  const base = { ...needed, packages: withMore(needed.packages, include) };
  const baseKey = keyOf({
    suite: SUITE,
    command: baseCommand({ ...base, ...(await digestFiles(base)) }),
    epoch: sourceDateEpoch,
  });
  const kept = refresh ? undefined : await findBase(cache, baseKey, now);
  return {
    request,
    base,
    baseKey,
    kept,
    epoch: kept?.epoch ?? sourceDateEpoch ?? defaultEpoch(now),
    now,
    ...(packages !== undefined && {
      relay: {
        relayPackage: await packageOf(packages.relay, options),
        extrasPackage: await packageOf(packages.extras, options),
      },
      overlay: await digestOverlay(request),
    }),
    bootLoaders: await digestBootLoaders(),
    builder: VERSION,
  };
};

/** All that the image is made of, once it is known what is in the base system. */
export const inputsOf = (plan: Plan, base: string): Inputs => {
  const { request, epoch, relay, overlay, bootLoaders, builder } = plan;
  const { settings, diskSize, compression } = request;
  return {
    suite: SUITE,
    sourceDateEpoch: epoch,
    base,
    ...relay,
    ...(settings === undefined ? {} : { settings: sha256(settings) }),
    ...(overlay !== undefined && { overlay }),
    diskSize,
    compression,
    bootLoaders,
    builder,
  };
};
