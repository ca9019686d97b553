import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../terminal/failure.ts';
import { VERSION } from '../version.ts';
import { CHECKSUMS, digestsOf, parseChecksums } from './checksums.ts';
import { type Making, makeRelease } from './make.ts';
import { isManifest, type ReleaseManifest } from './manifest.ts';
import type { Published } from './published.ts';
import { withVerifier } from './signing.ts';

interface Verifying extends Making {
  /** File with the public key that must have signed it; else that of the manifest. */
  readonly keyFile: string | undefined;
  readonly cache: string;
}

interface Verified {
  /** Who has signed it, if anybody has: a key that came along with the release shows only that it is one piece. */
  readonly signature: 'given key' | 'own key' | 'none';
  /** Paths that differ from what these sources make. */
  readonly differing: readonly string[];
}

const MANIFEST_LIMIT = 1 << 20;
const TEXT_LIMIT = 4 << 20;
const LISTS = 'debian/dists/stable';

const textOf = async (published: Published, path: string, limit: number): Promise<string> =>
  Buffer.from(await published.read(path, limit)).toString('utf8');

const readManifest = async (published: Published, path: string): Promise<ReleaseManifest> => {
  const text = await textOf(published, path, MANIFEST_LIMIT);
  let value: Partial<ReleaseManifest> | undefined;
  try {
    value = JSON.parse(text);
  } catch {}
  if (isManifest(value)) return value;
  throw failure(`${published.name} has no ${path} of a release`);
};

/** The manifest of this program's version, which may be an earlier one of the folder. */
const findManifest = async (published: Published): Promise<ReleaseManifest & { isNewest: boolean }> => {
  const newest = await readManifest(published, 'manifest.json');
  if (newest.version === VERSION) return { ...newest, isNewest: true };
  const own = await readManifest(published, `manifest-${VERSION}.json`).catch((cause: unknown) => {
    throw failure(`the release has version ${newest.version}, and this program ${VERSION}`, {
      hint: 'verify it with the sources of its version',
      cause,
    });
  });
  return { ...own, isNewest: false };
};

/** Without what differs each time it is signed. */
const withoutTimes = (release: string): string => release.replace(/^(Date|Valid-Until): .*\n/gm, '').trim();

/** Rejects unless the checksums, and the archive's list, have been signed with the key. */
const verifySignatures = async (
  published: Published,
  keyFile: string,
  { folder, publicKey }: { readonly folder: string; readonly publicKey: string | undefined },
): Promise<void> =>
  withVerifier(keyFile, async (key) => {
    if (publicKey !== undefined && key.publicKey.trim() !== publicKey.trim())
      throw failure('the manifest names another key than the one given');
    const save = async (path: string, limit: number) => {
      const file = join(folder, path.replaceAll('/', '-'));
      await writeFile(file, await published.read(path, limit));
      return file;
    };
    const sums = await save(CHECKSUMS, TEXT_LIMIT);
    const signature = await save(`${CHECKSUMS}.asc`, MANIFEST_LIMIT);
    await key.verify(sums, signature).catch((cause: unknown) => {
      throw failure(`${CHECKSUMS}.asc is no signature of this key for ${CHECKSUMS}`, { cause });
    });
    const list = await save(`${LISTS}/InRelease`, MANIFEST_LIMIT);
    const signed = await key.verifiedText(list).catch((cause: unknown) => {
      throw failure(`${LISTS}/InRelease is not signed with this key`, { cause });
    });
    if (withoutTimes(signed) !== withoutTimes(await textOf(published, `${LISTS}/Release`, MANIFEST_LIMIT)))
      throw failure(`${LISTS}/InRelease has not the same as ${LISTS}/Release`);
  });

/** Whether another version has left it there: by its own name, or inside a package or an image. */
const isOfOther = (path: string): boolean =>
  /\.(deb|qcow2|raw|tar|tar\.zst)$|(manifest|schema|sbom)-.*\.json$/.test(path) &&
  !new RegExp(`[-_]${VERSION.replace(/[.+]/g, '[$&]')}[._]`).test(path);

/** Files that are of the newest version in the folder, whichever that is. */
const isShared = (path: string): boolean =>
  /^(docs\/|index\.html$|(manifest|schema|sbom)\.|debian\/chatmail\.sources$)/.test(path);

/** Reads all files of the release, and returns their checksums. */
const digestAll = async (
  published: Published,
  manifest: ReleaseManifest,
  paths: readonly string[],
  { progress, signal }: Making,
): Promise<Map<string, string>> =>
  progress.step('published files', async (step) => {
    const sizes = new Map(
      [...manifest.packages, ...manifest.images.map(({ file, size }) => ({ name: file, size }))].map(
        ({ name, size }) => [name, size],
      ),
    );
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    const digests = new Map<string, string>();
    let bytes = 0;
    for (const path of paths) {
      signal.throwIfAborted();
      const size = sizes.get(path);
      const onBytes = (more: number): void => {
        if (size !== undefined) bytes += more;
        step.update(Math.min(1, bytes / total), path);
      };
      digests.set(path, await published.digest(path, { size, onBytes }));
    }
    step.update(undefined, `${paths.length} files`);
    return digests;
  });

const stanzasOf = (packages: string): string[] => packages.trim().split('\n\n');

/** The archive's lists that lack what is in ours: they may have other versions besides. */
const incompleteLists = async (published: Published, folder: string): Promise<string[]> => {
  const incomplete: string[] = [];
  for (const architecture of ['amd64', 'arm64']) {
    const path = `${LISTS}/main/binary-${architecture}/Packages`;
    const there = new Set(stanzasOf(await textOf(published, path, TEXT_LIMIT)));
    const ours = stanzasOf(await readFile(join(folder, path), 'utf8'));
    if (!ours.every((stanza) => there.has(stanza))) incomplete.push(path);
  }
  return incomplete;
};

/**
 * Makes a release once more, from its manifest and these sources, and compares it with what is published. The secret key
 * is not needed. Rejects with a failure where the release is damaged, signed by somebody else, or of another version.
 */
export const verifyRelease = async (published: Published, verifying: Verifying): Promise<Verified> => {
  const { keyFile, cache, ...making } = verifying;
  const manifest = await findManifest(published);
  const { url, publicKey, sourceDateEpoch: epoch, diskSize, images, isNewest } = manifest;
  const folder = await mkdtemp(join(tmpdir(), 'chatmail-image-'));
  try {
    const manifestKey = join(folder, 'key.asc');
    if (publicKey !== undefined) await writeFile(manifestKey, publicKey);
    const key = keyFile ?? (publicKey === undefined ? undefined : manifestKey);
    if (key !== undefined) await verifySignatures(published, key, { folder, publicKey });
    const checksums = parseChecksums(await textOf(published, CHECKSUMS, TEXT_LIMIT));
    const paths = [...checksums.keys()].filter((path) => !isOfOther(path));
    const there = await digestAll(published, manifest, paths, making);
    const damaged = paths.filter((path) => there.get(path) !== checksums.get(path));
    if (damaged.length > 0) throw failure(`not as ${CHECKSUMS} says: ${damaged.join(', ')}`);

    const again = join(folder, 'again');
    const formats = images.map(({ format }) => format);
    await makeRelease({ output: again, url, publicKey, formats, diskSize, epoch, cache }, making);
    const made = [...(await digestsOf(again, making.signal))].filter(
      ([path]) => !path.startsWith('debian/dists/') && (isNewest || !isShared(path)),
    );
    const differing = made.filter(([path, sha256]) => there.get(path) !== sha256).map(([path]) => path);
    const lists = await incompleteLists(published, again);
    const signature = keyFile !== undefined ? 'given key' : publicKey !== undefined ? 'own key' : 'none';
    return { signature, differing: [...differing, ...lists] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
