import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packerCommand } from '../../packer/command.ts';
import type { Builder } from '../../packer/relay/builder.ts';
import { templatePath } from '../../packer/relay/files.ts';
import { followBuild } from '../../packer/relay/follow.ts';
import { packerManifest } from '../../packer/relay/manifest.ts';
import { runPacker } from '../../packer/run-packer.ts';
import { createProgress } from '../../terminal/progress.ts';
import { duration } from '../../terminal/render-step.ts';
import { VERSION } from '../../version.ts';
import type { Context } from '../command.ts';
import { type Folder, PACKAGES, templateFor } from './folder.ts';
import { requireDone, requirePacker } from './outcome.ts';

/** Builds with one builder while its steps are shown, and writes the manifest of what came of it. */
export const build = async (
  builder: Builder,
  folder: Folder,
  context: Context,
  json: boolean,
): Promise<void> => {
  const { signal, env, stdout, stderr } = context;
  const { output, packer, variables, settings } = folder;
  const { type } = builder;
  requirePacker(builder, packer);
  const began = performance.now();
  const progress = createProgress({ output: stderr, env });
  const command = packerCommand({ action: 'build', template: templateFor(builder, folder), variables });
  // Its own choice is a folder in the current one.
  const packerEnv = { PACKER_CACHE_DIR: join(output, 'cache'), ...env };
  const onAbort = (): void =>
    progress.note('\nstopping: Packer removes what it has made; press Ctrl-C again to stop waiting');
  signal.addEventListener('abort', onAbort, { once: true });
  const outcome = await followBuild(runPacker(command, { signal, env: packerEnv }), progress).finally(() =>
    signal.removeEventListener('abort', onAbort),
  );
  const { artifacts } = requireDone(outcome, builder, '', signal);
  const version = VERSION;
  const manifest = await packerManifest(
    {
      type,
      packerVersion: packer.version,
      artifacts,
      relayPackage: { path: join(output, PACKAGES.relay), version },
      extrasPackage: { path: join(output, PACKAGES.extras), version },
      template: await readFile(join(output, templatePath(type)), 'utf8'),
      settings,
      dpkgStatus: join(output, type, 'dpkg-status'),
      builderVersion: version,
      steps: progress.times,
    },
    signal,
  );
  const path = join(output, type, 'manifest.json');
  await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  const seconds = (performance.now() - began) / 1000;
  const disks = [...new Set(artifacts[0]?.files ?? [])].map((file) => resolve(context.cwd, file));
  if (json) {
    const { packages: _, ...rest } = manifest;
    const files = manifest.files.map((file, index) => ({ ...file, path: disks[index] }));
    stdout.write(`${JSON.stringify({ ...rest, files, manifest: path, seconds })}\n`);
    return;
  }
  stderr.write(`${manifest.packages.length} packages; built in ${duration(seconds)}\n`);
  // What a cloud calls it, or where it is on this computer.
  for (const one of disks.length > 0 ? disks : [manifest.artifact.id]) stdout.write(`${one}\n`);
  stdout.write(`${path}\n`);
};
