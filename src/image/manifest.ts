import type { StepTime } from '../terminal/progress.ts';
import type { Compression, Format } from './formats.ts';
import type { InstalledPackage } from './installed-packages.ts';

export interface ImageFile {
  readonly format: Format;
  /** Name, beside the manifest. */
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
}

export interface PackageInput {
  readonly version: string;
  readonly sha256: string;
}

/** What an image was made of; two of the same inputs are the same image. */
export interface Inputs {
  readonly suite: string;
  /** Seconds; no file in the image is newer. */
  readonly sourceDateEpoch: number;
  /** Names the base system: its packages, and how they are unpacked. */
  readonly base: string;
  /** Absent: a bare Debian. */
  readonly relayPackage?: PackageInput;
  /** The second package, which an image has beside the first. */
  readonly extrasPackage?: PackageInput;
  /** SHA-256 of the baked-in settings. */
  readonly settings?: string;
  /** SHA-256 of the image's own files. */
  readonly overlay?: string;
  readonly diskSize: number;
  readonly compression: Compression;
  /** SHA-256 of the boot loaders, which are the builder's. */
  readonly bootLoaders: string;
  /** Version of the program that built it. */
  readonly builder: string;
}

/** `manifest.json`: the image's packages, what it was built from, and the checksums of its files. */
export interface Manifest {
  readonly name: string;
  /** Names all inputs together. */
  readonly key: string;
  readonly inputs: Inputs;
  readonly files: readonly ImageFile[];
  readonly packages: readonly InstalledPackage[];
  readonly steps: readonly StepTime[];
}

export const manifestText = (manifest: Manifest): string => `${JSON.stringify(manifest, undefined, 2)}\n`;

/** `SHA256SUMS`, as sha256sum(1) checks it. */
export const checksumsText = (files: readonly ImageFile[]): string =>
  files.map(({ sha256, file }) => `${sha256}  ${file}\n`).join('');

/** The files of a manifest, if they are of these inputs and all the formats are among them. */
export const sameImage = (
  manifest: Partial<Manifest> | undefined,
  key: string,
  name: string,
  formats: readonly Format[],
): readonly ImageFile[] | undefined => {
  if (manifest?.key !== key || manifest.name !== name) return undefined;
  const files = formats.map((format) => manifest.files?.find((file) => file.format === format));
  return files.every((file) => file !== undefined) ? files : undefined;
};
