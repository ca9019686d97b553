import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../program/run.ts';

/** A package of Debian that is in the image. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** What it was built from, as `name version`. */
  readonly source: string;
  /** Short names of licences, as its copyright file has them; none where that is for people only. */
  readonly licences: readonly string[];
}

/** Installed packages by dpkg's status file (deb-control(5): `Source` is absent where it says the same). */
export const packagesOf = (status: string): Omit<DebianPackage, 'licences'>[] =>
  status
    .split('\n\n')
    .filter((block) => /^Status: .* installed$/m.test(block))
    .map((block) => {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      const [name, version] = [field('Package'), field('Version')];
      const [, source = name, sourceVersion = version] = /^(\S+)(?: \((.*)\))?$/.exec(field('Source')) ?? [];
      return { name, version, architecture: field('Architecture'), source: `${source} ${sourceVersion}` };
    });

/**
 * Licences by a copyright file: those it names where programs can read it
 * (www.debian.org/doc/packaging-manuals/copyright-format/1.0), else those whose texts it refers to (policy §12.5).
 */
export const licencesOf = (copyright: string): string[] => {
  const names = /^Format:/m.test(copyright.slice(0, 1000))
    ? copyright.matchAll(/^License: *(\S.*)$/gm)
    : copyright.matchAll(/\/usr\/share\/common-licenses\/([\w.+-]*\w)/g);
  return [...new Set([...names].map(([, name = '']) => name.trim()))].sort();
};

/** All packages in the tar of an image. */
export const packagesInTar = async (tar: string, signal: AbortSignal): Promise<DebianPackage[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'sbom-'));
  try {
    // With the links from one package's folder to another's.
    const wanted = ['./var/lib/dpkg/status', './usr/share/doc'];
    await run(['tar', '--extract', `--file=${tar}`, `--directory=${folder}`, ...wanted], {
      signal,
    });
    const packages = packagesOf(await readFile(join(folder, 'var/lib/dpkg/status'), 'utf8'));
    return await Promise.all(
      packages.map(async (one) => {
        const copyright = join(folder, 'usr/share/doc', one.name, 'copyright');
        return { ...one, licences: licencesOf(await readFile(copyright, 'utf8').catch(() => '')) };
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
