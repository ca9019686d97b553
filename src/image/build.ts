import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../terminal/progress.ts';
import { makeBase, reuseBase } from './base-system.ts';
import { keyOf } from './cache-key.ts';
import { makeDisk, rootUuidOf } from './disk.ts';
import { digestFile } from './file-digest.ts';
import { needsDisk } from './formats.ts';
import { hostFacts, requireHost } from './host.ts';
import { checksumsText, type ImageFile, type Manifest, manifestText } from './manifest.ts';
import { inputsOf, type Plan, planBuild } from './plan.ts';
import type { BuildRequest } from './request.ts';
import { selfTest } from './self-test.ts';
import { finishTree, installRelay, packagesIn } from './tree.ts';
import { findUnchanged, MANIFEST } from './unchanged.ts';
import { openWorkspace, type Workspace } from './workspace.ts';
import { writeFormat } from './write-formats.ts';

interface BuildOptions {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Now, in seconds since 1970. */
  readonly now: number;
}

interface BuildResult {
  readonly manifest: Manifest;
  /** Nothing was made, as the same image was there. */
  readonly isUnchanged: boolean;
}

/** Builds an image. Rejects with a failure that names what went wrong, or with the signal's reason. */
export const build = async (request: BuildRequest, options: BuildOptions): Promise<BuildResult> => {
  const { signal, progress, now } = options;
  const host = await hostFacts(request);
  requireHost(host);
  const plan = await planBuild(request, now, { signal });
  const unchanged = await findUnchanged(plan, signal);
  if (unchanged) return { manifest: unchanged, isUnchanged: true };

  const workspace = await openWorkspace(request.output, host.isRoot);
  try {
    const manifest = await make(plan, workspace, host.isRoot, { signal, progress });
    await publish(manifest, workspace, request.output);
    return { manifest, isUnchanged: false };
  } finally {
    await workspace.remove();
  }
};

const make = async (
  plan: Plan,
  { folder, tree }: Workspace,
  isRoot: boolean,
  { signal, progress }: Pick<BuildOptions, 'signal' | 'progress'>,
): Promise<Manifest> => {
  const { request, epoch } = plan;
  const { name, packages, settings, programs, formats, diskSize, compression } = request;
  const run = { signal };

  const base = { ...plan, key: plan.baseKey, cache: request.cache, tree, isRoot };
  const { kept } = plan;
  const installedBase = kept
    ? await progress.step('base system', () => reuseBase(kept, base, run))
    : await progress.step('base system', (step) => makeBase(base, step, run));

  const inputs = inputsOf(plan, installedBase);
  const key = keyOf({ ...inputs });
  const parts = { tree, packages, settings, programs, rootUuid: rootUuidOf(key), epoch, isRoot, folder };
  if (packages !== undefined) await progress.step('relay', () => installRelay(packages, parts, run));
  await progress.step('finish', () => finishTree(parts, run));
  const isBare = packages === undefined;
  await progress.step('self-test', () => selfTest(tree, { isRoot, isBare }, run));
  const installed = await packagesIn(tree);

  const disk = formats.some(needsDisk)
    ? await progress.step('disk', () => makeDisk({ tree, size: diskSize, key, epoch, isRoot, folder }, run))
    : undefined;
  const sources = { tree, disk, folder, name, compression, isRoot };
  const files: ImageFile[] = [];
  for (const format of formats) {
    files.push(
      await progress.step(format, async () => {
        const file = await writeFormat(format, sources, { signal });
        return { format, file: `${name}.${format}`, ...(await digestFile(file, signal)) };
      }),
    );
  }
  return { name, key, inputs, files, packages: installed, steps: progress.times };
};

/** Gives the finished files their names, and says last what they are. */
const publish = async (manifest: Manifest, { folder }: Workspace, output: string): Promise<void> => {
  await writeFile(join(folder, MANIFEST), manifestText(manifest));
  await writeFile(join(folder, 'SHA256SUMS'), checksumsText(manifest.files));
  const names = [...manifest.files.map(({ file }) => file), 'SHA256SUMS', MANIFEST];
  for (const name of names) await rename(join(folder, name), join(output, name));
};
