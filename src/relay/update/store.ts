import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { PACKAGE_STORE, PACKAGES } from '../../model/packages.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { NEXT, PREVIOUS } from './paths.ts';

/** The names of the packages in each folder of the store. */
export interface Store {
  readonly current: readonly string[];
  readonly previous: readonly string[];
  readonly next: readonly string[];
}

const FOLDERS = { current: PACKAGE_STORE, previous: PREVIOUS, next: NEXT } as const;
type Folder = keyof Store;

/** The version in a package's file name; `undefined` for what is not ours. */
export const versionOf = (name: string): string | undefined =>
  /^chatmail-relay(?:-extras)?_([^_/]+)_all\.deb$/.exec(name)?.[1];

interface Step {
  readonly name: string;
  readonly from: Folder;
  /** Absent: it is removed. */
  readonly to?: Folder;
}

/**
 * What to do so that the packages of `installed` are the current ones, and those that were so until now the previous
 * ones. May be cut short between any two steps: what is decided then leads to the same end.
 */
export const settling = ({ current, previous, next }: Store, installed: string): readonly Step[] => {
  const isInstalled = (name: string) => versionOf(name) === installed;
  const leaving = current.filter((name) => !isInstalled(name));
  const versions = leaving.map(versionOf);
  const outdated = previous.filter(
    (name) => leaving.length > 0 && !isInstalled(name) && !versions.includes(versionOf(name)),
  );
  const all = (names: readonly string[], from: Folder, to?: Folder): Step[] =>
    names.map((name) => (to === undefined ? { name, from } : { name, from, to }));
  return [
    ...all(outdated, 'previous'),
    ...all(leaving, 'current', 'previous'),
    ...all(previous.filter(isInstalled), 'previous', 'current'),
    ...all(next.filter(isInstalled), 'next', 'current'),
  ];
};

const namesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => versionOf(name) !== undefined)
        .sort()
    : [];

const readStore = (): Store => ({
  current: namesIn(PACKAGE_STORE),
  previous: namesIn(PREVIOUS),
  next: namesIn(NEXT),
});

/** Removes what was to be installed. */
export const forgetNext = (): void => rmSync(NEXT, { recursive: true, force: true });

/** Does what {@link settling} says; whether anything changed. */
export const settleStore = (installed: string): boolean => {
  const steps = settling(readStore(), installed);
  mkdirSync(PREVIOUS, { recursive: true });
  for (const { name, from, to } of steps) {
    if (to === undefined) rmSync(`${FOLDERS[from]}/${name}`);
    else renameSync(`${FOLDERS[from]}/${name}`, `${FOLDERS[to]}/${name}`);
  }
  forgetNext();
  return steps.length > 0;
};

/** the previous version; `undefined` where its packages were not kept. */
export const previousVersion = (): string | undefined => versionOf(readStore().previous[0] ?? '');

/** Paths of all our packages of a version, if a folder has them; the relay's first. */
export const packagesIn = (folder: string, version: string): readonly string[] | undefined => {
  const wanted = PACKAGES.map((name) => `${folder}/${name}_${version}_all.deb`);
  return wanted.every((path) => existsSync(path)) ? wanted : undefined;
};

/** A package in a file, by its control fields. */
export interface PackageFile {
  readonly path: string;
  readonly name: string;
  readonly version: string;
}

/** Keeps packages that are about to be installed, beside others of their version. Each is there whole or not at all. */
export const keepNext = (files: readonly PackageFile[], isMore: boolean): void => {
  if (!isMore) forgetNext();
  for (const folder of [NEXT, PREVIOUS]) mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const { path, name, version } of files)
    replaceFile(`${NEXT}/${name}_${version}_all.deb`, readFileSync(path));
};
