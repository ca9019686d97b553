import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { keyOf, sha256 } from '../../image/cache-key.ts';
import { digestFile } from '../../image/file-digest.ts';
import { type InstalledPackage, installedPackages } from '../../image/installed-packages.ts';
import type { Manifest } from '../../image/manifest.ts';
import type { StepTime } from '../../terminal/progress.ts';
import type { ArtifactEvent } from '../events.ts';

/** `manifest.json` of a build by Packer: the form of one made here, with what a cloud has in place of files. */
export interface PackerManifest extends Omit<Manifest, 'inputs' | 'files'> {
  readonly inputs: {
    readonly relayPackage: { readonly version: string; readonly sha256: string };
    readonly extrasPackage: { readonly version: string; readonly sha256: string };
    /** SHA-256 of the baked-in settings. */
    readonly settings: string;
    /** SHA-256 of the template. */
    readonly template: string;
    /** Packer's builder and Packer's version. */
    readonly packer: { readonly builder: string; readonly version: string };
    /** Version of this program. */
    readonly builder: string;
  };
  readonly artifact: { readonly id: string; readonly description: string };
  /** Local files, where the builder makes any. */
  readonly files: readonly {
    readonly format: string;
    readonly file: string;
    readonly size: number;
    readonly sha256: string;
  }[];
}

interface PackageFile {
  readonly path: string;
  readonly version: string;
}

interface ManifestParts {
  readonly type: string;
  readonly packerVersion: string;
  readonly artifacts: readonly ArtifactEvent[];
  readonly relayPackage: PackageFile;
  readonly extrasPackage: PackageFile;
  readonly template: string;
  readonly settings: string;
  /** dpkg's status file of the image, as the build has brought it back. */
  readonly dpkgStatus: string;
  readonly builderVersion: string;
  readonly steps: readonly StepTime[];
}

const packagesOf = async (path: string): Promise<readonly InstalledPackage[]> =>
  installedPackages(await readFile(path, 'utf8').catch(() => ''));

const formatOf = (file: string): string => /\.(\w+)$/.exec(file)?.[1] ?? 'raw';

/** Reads what was made. Rejects where a file that Packer names is not there. */
export const packerManifest = async (parts: ManifestParts, signal: AbortSignal): Promise<PackerManifest> => {
  const { type, packerVersion, artifacts, relayPackage, extrasPackage, steps } = parts;
  // The post-processor for the manifest hands on what the builder made, as an artifact of its own.
  const artifact = artifacts[0];
  const digest = async (path: string): Promise<string> => (await digestFile(path, signal)).sha256;
  const packageInput = async ({ path, version }: PackageFile) => ({ version, sha256: await digest(path) });
  const inputs = {
    relayPackage: await packageInput(relayPackage),
    extrasPackage: await packageInput(extrasPackage),
    settings: sha256(parts.settings),
    template: sha256(parts.template),
    packer: { builder: type, version: packerVersion },
    builder: parts.builderVersion,
  };
  const files = await Promise.all(
    [...new Set(artifact?.files ?? [])].map(async (path) => ({
      format: formatOf(path),
      file: basename(path),
      ...(await digestFile(path, signal)),
    })),
  );
  return {
    // QEMU's builder calls each of its artifacts VM.
    name: files[0]?.file.replace(/\.\w+$/, '') ?? artifact?.id ?? type,
    key: keyOf(inputs),
    inputs,
    artifact: { id: artifact?.id ?? '', description: artifact?.description ?? '' },
    files,
    packages: await packagesOf(parts.dpkgStatus),
    steps,
  };
};
