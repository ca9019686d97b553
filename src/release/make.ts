import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonSchema } from '../config/json-schema.ts';
import { build } from '../image/build.ts';
import { digestFile } from '../image/file-digest.ts';
import { type Format, isFormat } from '../image/formats.ts';
import type { ImageFile } from '../image/manifest.ts';
import { buildRelayPackages } from '../package/deb.ts';
import { TEXT_MAKER } from '../package/paths.ts';
import { readPayload } from '../package/payload.ts';
import { type PinnedPackage, pinPackages } from '../package/pin.ts';
import type { Progress } from '../terminal/progress.ts';
import { renderTextMaker } from '../text-maker/render-text-maker.ts';
import { VERSION } from '../version.ts';
import { updateArchive } from './archive.ts';
import { checkFolder } from './check-folder.ts';
import { CHECKSUMS, checksumsOf, digestsOf, openForReaders } from './checksums.ts';
import { type DebianPackage, packagesInTar } from './debian-packages.ts';
import { sbomText } from './sbom.ts';
import { type Signer, withSigner } from './signing.ts';
import { sourcesFile } from './sources-file.ts';

/** What is asked of a release. Paths are absolute. */
interface ReleaseRequest {
  readonly output: string;
  /** Where it will be published, without a `/` at the end. */
  readonly url?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Of the images; none: packages and archive only. */
  readonly formats: readonly Format[];
  readonly diskSize: number;
  /** `SOURCE_DATE_EPOCH` (reproducible-builds.org), in seconds. */
  readonly epoch: number;
  /** Where base systems are kept. */
  readonly cache: string;
}

/** `manifest.json`: what the release of this version has, and what it takes to make it again. */
export interface ReleaseManifest {
  readonly version: string;
  readonly sourceDateEpoch: number;
  readonly url?: string;
  readonly diskSize: number;
  readonly packages: readonly PinnedPackage[];
  readonly images: readonly ImageFile[];
  /** Names the packages of Debian in their versions. */
  readonly base?: string;
}

/** Whether a file that says so describes a release: it may come from anywhere. */
export const isManifest = (value: Partial<ReleaseManifest> | undefined): value is ReleaseManifest =>
  typeof value?.version === 'string' &&
  Number.isSafeInteger(value.sourceDateEpoch) &&
  Number.isSafeInteger(value.diskSize) &&
  Array.isArray(value.images) &&
  value.images.every((image) => isFormat(String(image?.format)));

interface Making {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Seconds since 1970. */
  readonly now: number;
  readonly program: string;
}

interface Images {
  readonly files: readonly ImageFile[];
  readonly base?: string;
  readonly contents: readonly DebianPackage[];
}

/** Builds the images beside the release, and moves them there under the name of their version. */
const makeImages = async (request: ReleaseRequest, { signal, progress, now }: Making): Promise<Images> => {
  const { output, formats, diskSize, epoch, cache } = request;
  if (formats.length === 0) return { files: [], contents: [] };
  const folder = await mkdtemp(join(output, '.images-'));
  try {
    const packages = {
      relay: join(output, `chatmail-relay_${VERSION}_all.deb`),
      extras: join(output, `chatmail-relay-extras_${VERSION}_all.deb`),
    };
    const how = {
      formats,
      diskSize,
      kernel: 'generic',
      compression: 'zlib',
      refresh: false,
      force: true,
    } as const;
    const { manifest } = await build(
      {
        ...how,
        name: `chatmail-relay-${VERSION}`,
        packages,
        output: folder,
        cache,
        sourceDateEpoch: epoch,
      },
      { signal, progress, now },
    );
    for (const { file } of manifest.files) await rename(join(folder, file), join(output, file));
    const tar = manifest.files.find(({ format }) => format.startsWith('tar'));
    const contents = tar
      ? await packagesInTar(join(output, tar.file), signal)
      : manifest.packages.map(({ name, version }) => ({
          name,
          version,
          architecture: 'amd64',
          source: `${name} ${version}`,
          licences: [],
        }));
    return { files: manifest.files, base: manifest.inputs.base, contents };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The files that say what is in it: of this version under their own names, and under the ones that are always there. */
const describe = async (request: ReleaseRequest, packages: readonly PinnedPackage[], images: Images) => {
  const { output, url, epoch, diskSize } = request;
  const manifest: ReleaseManifest = {
    version: VERSION,
    sourceDateEpoch: epoch,
    ...(url !== undefined && { url }),
    diskSize,
    packages,
    images: images.files,
    ...(images.base !== undefined && { base: images.base }),
  };
  const texts = {
    'manifest.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    'sbom.cdx.json': sbomText({
      version: VERSION,
      epoch,
      packages: images.contents,
      files: [...packages, ...images.files.map(({ file, sha256 }) => ({ name: file, sha256 }))],
    }),
    'schema.json': `${JSON.stringify(jsonSchema(), undefined, 2)}\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(join(output, name), text);
    await writeFile(join(output, name.replace('.', `-${VERSION}.`)), text);
  }
};

/** The page that makes texts from this release. */
const textMaker = async (packages: readonly PinnedPackage[], url: string | undefined): Promise<string> => {
  const { unpacker, digits } = readPayload();
  const facts = {
    version: VERSION,
    ...(url !== undefined && { url }),
    packages,
    payload: { unpacker, digits },
  };
  return renderTextMaker(await readFile(TEXT_MAKER, 'utf8'), facts);
};

const make = async (request: ReleaseRequest, signer: Signer | undefined, making: Making): Promise<void> => {
  const { output, url, epoch } = request;
  const { signal, progress, program } = making;
  const packages = await progress.step('packages', async () => {
    await buildRelayPackages(output, { ...process.env, SOURCE_DATE_EPOCH: String(epoch) });
    return pinPackages(output, program);
  });
  const archive = join(output, 'debian');
  const files = packages.map(({ name }) => join(output, name));
  await progress.step('archive', () => updateArchive(archive, files, { epoch, signer }));
  if (signer && url !== undefined)
    await writeFile(join(archive, 'chatmail.sources'), sourcesFile(url, signer.publicKey));
  await writeFile(join(output, 'index.html'), await textMaker(packages, url));
  const images = await makeImages(request, making);
  await describe(request, packages, images);
  await progress.step('checksums', async () => {
    await rm(join(output, `${CHECKSUMS}.asc`), { force: true });
    await writeFile(join(output, CHECKSUMS), checksumsOf(await digestsOf(output, signal)));
    await signer?.detach(join(output, CHECKSUMS), join(output, `${CHECKSUMS}.asc`));
    await openForReaders(output);
  });
};

/**
 * Writes a release into a folder, which may have earlier ones: they stay. With a key all is signed. The same bytes for
 * the same request, sources and packages of Debian, but for the signatures.
 */
export const makeRelease = async (request: ReleaseRequest, making: Making): Promise<void> => {
  const { output, keyFile } = request;
  await checkFolder(output, keyFile);
  await mkdir(output, { recursive: true });
  if (keyFile === undefined) return make(request, undefined, making);
  return withSigner(keyFile, (signer) => make(request, signer, making));
};

/**
 * Makes a release once more and compares. Returns the paths that differ, of those that are its own: the archive's
 * lists have earlier versions, too. Rejects where the folder has no release of this version.
 */
export const compareRelease = async (
  folder: string,
  manifest: ReleaseManifest,
  { again, ...making }: Making & { readonly again: string; readonly cache: string },
): Promise<string[]> => {
  const { url, sourceDateEpoch: epoch, diskSize, images } = manifest;
  const formats = images.map(({ format }) => format);
  await makeRelease({ output: again, url, formats, diskSize, epoch, cache: making.cache }, making);
  const made = await digestsOf(again, making.signal);
  const differing: string[] = [];
  for (const [path, sha256] of made) {
    if (path.startsWith('debian/dists/')) continue;
    const found = await digestFile(join(folder, path), making.signal).catch(() => undefined);
    if (found?.sha256 !== sha256) differing.push(path);
  }
  return differing;
};
