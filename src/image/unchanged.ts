import { join } from 'node:path';
import { keyOf } from './cache-key.ts';
import { digestFile } from './file-digest.ts';
import { type Manifest, sameImage } from './manifest.ts';
import { inputsOf, type Plan } from './plan.ts';
import { readJson } from './read-json.ts';

export const MANIFEST = 'manifest.json';

/**
 * The image that is there already, if it was made of the same and its files are whole. Making it again would
 * give the same bytes.
 */
export const findUnchanged = async (plan: Plan, signal: AbortSignal): Promise<Manifest | undefined> => {
  const { request, kept } = plan;
  if (!kept || request.force) return undefined;
  const manifest = await readJson<Manifest>(join(request.output, MANIFEST));
  const key = keyOf({ ...inputsOf(plan, kept.packages) });
  const files = sameImage(manifest, key, request.name, request.formats);
  if (!manifest || !files) return undefined;
  for (const { file, sha256 } of files) {
    const found = await digestFile(join(request.output, file), signal).catch(() => undefined);
    signal.throwIfAborted();
    if (found?.sha256 !== sha256) return undefined;
  }
  return { ...manifest, files };
};
