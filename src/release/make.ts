import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonSchema } from '../config/json-schema.ts';
import type { Format } from '../image/formats.ts';
import { defaultEpoch } from '../image/plan.ts';
import { readJson } from '../image/read-json.ts';
import { buildRelayPackages } from '../package/deb.ts';
import { TEXT_MAKER } from '../package/paths.ts';
import { payloadOf } from '../package/payload.ts';
import { type PinnedPackage, pinPackages } from '../package/pin.ts';
import { run } from '../program/run.ts';
import { failure } from '../terminal/failure.ts';
import type { Progress } from '../terminal/progress.ts';
import { renderTextMaker } from '../text-maker/render-text-maker.ts';
import { VERSION } from '../version.ts';
import { updateArchive } from './archive.ts';
import { checkFolder } from './check-folder.ts';
import { CHECKSUMS, checksumsOf, digestsOf, openForReaders } from './checksums.ts';
import { writeDocs } from './docs/write-docs.ts';
import { filesOf } from './files.ts';
import { type Images, makeImages } from './images.ts';
import { changedFiles, isManifest, type ReleaseManifest } from './manifest.ts';
import { sbomText } from './sbom.ts';
import { type Signer, withSigner } from './signing.ts';
import { sourcesFile } from './sources-file.ts';
import { openStaging } from './staging.ts';

/** What is asked of a release. Paths are absolute. */
interface ReleaseRequest {
  readonly output: string;
  /** Where it will be published, without a `/` at the end. */
  readonly url?: string | undefined;
  readonly keyFile?: string | undefined;
  /** To make a release again without its secret key: the public one. */
  readonly publicKey?: string | undefined;
  /** Of the images; none: packages and archive only. */
  readonly formats: readonly Format[];
  readonly diskSize: number;
  /**
   * `SOURCE_DATE_EPOCH` (reproducible-builds.org), in seconds. By default that of this version in the folder, so that
   * making it again changes nothing; else today.
   */
  readonly epoch?: number | undefined;
  /** Replace this version if the folder has it with other packages or images. */
  readonly force?: boolean;
  /** Where base systems are kept. */
  readonly cache: string;
}

export interface Making {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Seconds since 1970. */
  readonly now: number;
  readonly program: string;
}

/** What one version is made with, and the folder it is made in. */
interface Version extends Omit<ReleaseRequest, 'output'> {
  readonly folder: string;
  readonly epoch: number;
  /** This version as the folder has it already. */
  readonly previous: ReleaseManifest | undefined;
  /** Of all in the folder: the files without a version in their names are its. */
  readonly isNewest: boolean;
}

const readManifest = async (file: string): Promise<ReleaseManifest | undefined> => {
  const manifest = await readJson<Partial<ReleaseManifest>>(file);
  return isManifest(manifest) ? manifest : undefined;
};

/** As apt compares them (deb-version(7)). */
const isOlder = (version: string, than: string): Promise<boolean> =>
  run(['dpkg', '--compare-versions', version, 'lt', than]).then(
    () => true,
    () => false,
  );

/** Others know a version by its checksums: they do not change unless somebody insists. */
const refuseChanged = (
  { previous, force }: Version,
  made: Pick<ReleaseManifest, 'packages' | 'images'>,
): void => {
  const changed = previous && !force ? changedFiles(previous, made) : [];
  if (changed.length > 0)
    throw failure(`the folder has version ${VERSION} already, with other files: ${changed.join(', ')}`, {
      hint: 'raise the version in package.json, or replace what nobody has yet with --force',
    });
};

/** The files that say what is in it: under the name of their version, and those of the newest under the one that is always there. */
const describe = async (version: Version, manifest: ReleaseManifest, { contents }: Images): Promise<void> => {
  const { folder, epoch, isNewest } = version;
  const { packages, images } = manifest;
  const texts = {
    'manifest.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    'sbom.cdx.json': sbomText({
      version: VERSION,
      epoch,
      packages: contents,
      files: [...packages, ...images.map(({ file, sha256 }) => ({ name: file, sha256 }))],
    }),
    'schema.json': `${JSON.stringify(jsonSchema(), undefined, 2)}\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    if (isNewest) await writeFile(join(folder, name), text);
    await writeFile(join(folder, name.replace('.', `-${VERSION}.`)), text);
  }
};

/** The page that makes texts from this release. */
const textMaker = async (
  packages: readonly PinnedPackage[],
  url: string | undefined,
  archive: string | undefined,
): Promise<string> => {
  const { unpacker, digits } = payloadOf(archive);
  const facts = {
    version: VERSION,
    ...(url !== undefined && { url }),
    packages,
    payload: { unpacker, digits },
  };
  return renderTextMaker(await readFile(TEXT_MAKER, 'utf8'), facts);
};

const make = async (version: Version, signer: Signer | undefined, making: Making): Promise<void> => {
  const { folder, url, publicKey, epoch, diskSize, previous, isNewest } = version;
  const { signal, progress, now, program } = making;
  const source = url && publicKey ? sourcesFile(url, publicKey) : undefined;
  const packages = await progress.step('packages', async () => {
    await buildRelayPackages(folder, { ...process.env, SOURCE_DATE_EPOCH: String(epoch) }, source);
    return pinPackages(folder, program);
  });
  refuseChanged(version, { packages, images: previous?.images ?? [] });
  const archive = join(folder, 'debian');
  const files = packages.map(({ name }) => join(folder, name));
  await progress.step('archive', () => updateArchive(archive, files, { epoch, now, signer }));
  if (source) await writeFile(join(archive, 'chatmail.sources'), source);
  for (const { file } of previous?.images ?? []) await rm(join(folder, file), { force: true });
  const images = await makeImages(version, making);
  refuseChanged(version, { packages, images: images.files });
  const manifest: ReleaseManifest = {
    version: VERSION,
    sourceDateEpoch: epoch,
    ...(url !== undefined && { url }),
    ...(publicKey !== undefined && { publicKey }),
    diskSize,
    packages,
    images: images.files,
    ...(images.base !== undefined && { base: images.base }),
  };
  await describe(version, manifest, images);
  await progress.step('text', async () => {
    const page = await textMaker(packages, url, source);
    if (isNewest) await writeFile(join(folder, 'index.html'), page);
  });
  if (isNewest) await progress.step('docs', () => writeDocs(join(folder, 'docs'), filesOf(manifest)));
  await progress.step('checksums', async () => {
    await rm(join(folder, `${CHECKSUMS}.asc`), { force: true });
    await writeFile(join(folder, CHECKSUMS), checksumsOf(await digestsOf(folder, signal)));
    await signer?.detach(join(folder, CHECKSUMS), join(folder, `${CHECKSUMS}.asc`));
    await openForReaders(folder);
  });
};

/**
 * Writes a release into a folder, which may have earlier ones: they stay. With a key all is signed. The same bytes for
 * the same request, sources and packages of Debian, but for the signatures. The folder changes as a whole, at the end.
 */
export const makeRelease = async (request: ReleaseRequest, making: Making): Promise<void> => {
  const { output, keyFile, ...asked } = request;
  await checkFolder(output, keyFile);
  const staging = await openStaging(output);
  try {
    const { folder } = staging;
    const previous = await readManifest(join(folder, `manifest-${VERSION}.json`));
    const newest = await readManifest(join(folder, 'manifest.json'));
    const version: Version = {
      ...asked,
      folder,
      epoch: asked.epoch ?? previous?.sourceDateEpoch ?? defaultEpoch(making.now),
      previous,
      isNewest: newest === undefined || !(await isOlder(VERSION, newest.version)),
    };
    if (keyFile === undefined) await make(version, undefined, making);
    else
      await withSigner(keyFile, (signer) =>
        make({ ...version, publicKey: signer.publicKey }, signer, making),
      );
    making.signal.throwIfAborted();
    await staging.publish();
  } finally {
    await staging.remove();
  }
};
