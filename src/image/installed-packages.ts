import { sha256 } from './cache-key.ts';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Kilobytes, as dpkg counts them: without what the image leaves out. */
  readonly size: number;
}

/** The packages that dpkg's status file has as installed, in its order, which is by name. */
export const installedPackages = (status: string): readonly InstalledPackage[] =>
  status
    .split('\n\n')
    .filter((block) => /^Status: .* installed$/m.test(block))
    .map((block) => {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      return { name: field('Package'), version: field('Version'), size: Number(field('Installed-Size')) };
    });

/** One name for all packages in their versions. */
export const packagesDigest = (packages: readonly InstalledPackage[]): string =>
  sha256(packages.map(({ name, version }) => `${name} ${version}\n`).join(''));
