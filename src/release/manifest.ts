import { isFormat } from '../image/formats.ts';
import type { ImageFile } from '../image/manifest.ts';
import type { PinnedPackage } from '../package/pin.ts';

/** `manifest.json`: what the release of this version has, and what it takes to make it again. */
export interface ReleaseManifest {
  readonly version: string;
  readonly sourceDateEpoch: number;
  readonly url?: string;
  /** In ASCII armour. With the URL it is what the package knows of its archive. */
  readonly publicKey?: string;
  readonly diskSize: number;
  readonly packages: readonly PinnedPackage[];
  readonly images: readonly ImageFile[];
  /** Names the packages of Debian in their versions. */
  readonly base?: string;
}

const isFile = (name: unknown, { sha256, size }: { sha256?: unknown; size?: unknown }): boolean =>
  /^[\w.~+-]+$/.test(String(name)) && /^[0-9a-f]{64}$/.test(String(sha256)) && Number.isSafeInteger(size);

/** Whether a release can be published there: nothing else gets into apt's sources. */
export const isFolderUrl = (url: unknown): url is string =>
  typeof url === 'string' && /^https?:\/\/[\w.:[\]-]+(\/[\w.~%+,:@=/-]*)?$/.test(url);

/** In ASCII armour, and no more than that (RFC 9580 §6.2). */
const isPublicKey = (key: unknown): boolean =>
  typeof key === 'string' &&
  /^-----BEGIN PGP PUBLIC KEY BLOCK-----[\w\s+/=:.()-]{1,16384}-----END PGP PUBLIC KEY BLOCK-----\s*$/.test(
    key,
  );

/** Far more than an image has; making one this large again takes a while. */
const MAX_DISK = 2 ** 36;

/** Whether a file that says so describes a release: it may come from anywhere. */
export const isManifest = (value: Partial<ReleaseManifest> | undefined): value is ReleaseManifest =>
  typeof value?.version === 'string' &&
  (value.url === undefined || isFolderUrl(value.url)) &&
  (value.publicKey === undefined || isPublicKey(value.publicKey)) &&
  Number.isSafeInteger(value.sourceDateEpoch) &&
  Number.isSafeInteger(value.diskSize) &&
  Number(value.diskSize) <= MAX_DISK &&
  Array.isArray(value.packages) &&
  value.packages.every((one) => isFile(one?.name, one ?? {})) &&
  Array.isArray(value.images) &&
  value.images.every((one) => isFormat(String(one?.format)) && isFile(one.file, one));

/** SHA-256 of each package and image by its name: what others know a version by. */
const publishedFiles = ({ packages, images }: Pick<ReleaseManifest, 'packages' | 'images'>) =>
  new Map([
    ...packages.map(({ name, sha256 }) => [name, sha256] as const),
    ...images.map(({ file, sha256 }) => [file, sha256] as const),
  ]);

/** The packages and images that differ, or are only in the first. */
export const changedFiles = (
  before: Pick<ReleaseManifest, 'packages' | 'images'>,
  after: Pick<ReleaseManifest, 'packages' | 'images'>,
): string[] => {
  const now = publishedFiles(after);
  return [...publishedFiles(before)]
    .filter(([name, sha256]) => now.get(name) !== sha256)
    .map(([name]) => name);
};
