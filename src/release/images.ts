import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../image/build.ts';
import type { Format } from '../image/formats.ts';
import type { ImageFile } from '../image/manifest.ts';
import type { Progress } from '../terminal/progress.ts';
import { VERSION } from '../version.ts';
import { type DebianPackage, packagesInTar } from './debian-packages.ts';

/** Images, and what is in them. */
export interface Images {
  readonly files: readonly ImageFile[];
  /** Names the packages of Debian in their versions. */
  readonly base?: string;
  readonly contents: readonly DebianPackage[];
}

interface ImagesRequest {
  /** Of the release, which has the packages already. */
  readonly folder: string;
  readonly formats: readonly Format[];
  readonly diskSize: number;
  readonly epoch: number;
  readonly cache: string;
}

interface Making {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly now: number;
}

/**
 * Builds the images of a release and names them by their version. A tar is always among what is built: it says which
 * licences Debian's packages have.
 */
export const makeImages = async (
  request: ImagesRequest,
  { signal, progress, now }: Making,
): Promise<Images> => {
  const { folder, formats, diskSize, epoch, cache } = request;
  if (formats.length === 0) return { files: [], contents: [] };
  const output = await mkdtemp(join(folder, '.images-'));
  try {
    const { manifest } = await build(
      {
        name: `chatmail-relay-${VERSION}`,
        packages: {
          relay: join(folder, `chatmail-relay_${VERSION}_all.deb`),
          extras: join(folder, `chatmail-relay-extras_${VERSION}_all.deb`),
        },
        formats: [...new Set([...formats, 'tar' as const])],
        diskSize,
        kernel: 'generic',
        compression: 'zlib',
        refresh: false,
        force: true,
        output,
        cache,
        sourceDateEpoch: epoch,
      },
      { signal, progress, now },
    );
    const contents = await packagesInTar(join(output, `chatmail-relay-${VERSION}.tar`), signal);
    const files = manifest.files.filter(({ format }) => formats.includes(format));
    for (const { file } of files) await rename(join(output, file), join(folder, file));
    return { files, base: manifest.inputs.base, contents };
  } finally {
    await rm(output, { recursive: true, force: true });
  }
};
