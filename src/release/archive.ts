import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from '../program/run.ts';
import type { Signer } from './signing.ts';

/** Our packages are for all of them; apt asks for its own. */
const ARCHITECTURES = ['amd64', 'arm64'];

/** `Packages` in one order, whatever the file system's is. */
const sorted = (packages: string): string =>
  packages
    .trim()
    .split('\n\n')
    .sort()
    .map((stanza) => `${stanza}\n\n`)
    .join('');

/** Writes an index, and the same by its hash: who reads while it changes finds the one of his `InRelease`. */
const writeIndex = async (folder: string, name: string, content: Uint8Array): Promise<void> => {
  const byHash = join(folder, 'by-hash/SHA256');
  await mkdir(byHash, { recursive: true });
  await writeFile(join(folder, name), content);
  await writeFile(join(byHash, createHash('sha256').update(content).digest('hex')), content);
};

const FIELDS = {
  Origin: 'chatmail-image',
  Label: 'chatmail-image',
  Suite: 'stable',
  Codename: 'stable',
  Architectures: ARCHITECTURES.join(' '),
  Components: 'main',
  Description: 'chatmail relays',
  'Acquire-By-Hash': 'yes',
};

/** RFC 5322 §3.3, in UTC. */
const dateText = (seconds: number): string => new Date(seconds * 1000).toUTCString().replace('GMT', '+0000');

const releaseText = async (dists: string, epoch: number): Promise<string> => {
  const fields = Object.entries(FIELDS).flatMap(([name, value]) => [
    '-o',
    `APT::FTPArchive::Release::${name}=${value}`,
  ]);
  const text = await run(['apt-ftparchive', ...fields, 'release', dists]);
  return `${text.replace(/^Date: .*$/m, `Date: ${dateText(epoch)}`)}\n`;
};

const DAY = 86_400;

/**
 * How long apt believes a signature, in seconds. An attacker can hide newer versions from relays for as long; and the
 * key, which is kept offline, has to be fetched as often.
 */
const LIFETIME = 90 * DAY;

/**
 * Signs the lists of the archive in `folder` as they are, at `now` in seconds. The time is in `InRelease` alone: `Release`
 * is the same whenever it is made.
 */
export const signArchive = async (folder: string, signer: Signer, now: number): Promise<void> => {
  const dists = join(folder, 'dists/stable');
  const release = await readFile(join(dists, 'Release'), 'utf8');
  const times = `Date: ${dateText(now)}\nValid-Until: ${dateText(now + LIFETIME)}`;
  await signer.clearsign(release.replace(/^Date: .*$/m, times), join(dists, 'InRelease'));
};

/**
 * Adds packages to the Debian archive in `folder`, which may be new, and signs it (wiki.debian.org,
 * DebianRepository/Format). Packages that are in it stay. Without a signer `InRelease` is left out.
 */
export const updateArchive = async (
  folder: string,
  packages: readonly string[],
  {
    epoch,
    now,
    signer,
  }: { readonly epoch: number; readonly now: number; readonly signer: Signer | undefined },
): Promise<void> => {
  await mkdir(join(folder, 'pool'), { recursive: true });
  for (const file of packages) await copyFile(file, join(folder, 'pool', basename(file)));
  const list = Buffer.from(sorted(await run(['apt-ftparchive', 'packages', 'pool'], { cwd: folder })));
  const dists = join(folder, 'dists/stable');
  for (const architecture of ARCHITECTURES) {
    const indexes = join(dists, `main/binary-${architecture}`);
    await writeIndex(indexes, 'Packages', list);
    await writeIndex(indexes, 'Packages.gz', gzipSync(list, { level: 9 }));
  }
  // apt-ftparchive would list those of an earlier run, too.
  for (const name of ['Release', 'InRelease']) await rm(join(dists, name), { force: true });
  await writeFile(join(dists, 'Release'), await releaseText(dists, epoch));
  if (signer) await signArchive(folder, signer, now);
};
