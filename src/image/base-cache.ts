import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson } from './read-json.ts';

/** A base system kept from an earlier build: a compressed tar, and beside it what is known of it. */
export interface CachedBase {
  readonly file: string;
  /** The time all its files were clamped to, in seconds; also that of what is built on it. */
  readonly epoch: number;
  /** When it was made, in seconds. */
  readonly made: number;
  /** SHA-256 of the names and versions of its packages. */
  readonly packages: string;
}

/**
 * For how long a base system is used again, in seconds. Debian's archive gets security updates every day, and
 * an image with yesterday's is fine: the machine installs the rest by itself.
 */
export const MAX_AGE = 24 * 3600;

/** Of the relay's and of bare ones, and of those with more in them, some of today and some of yesterday. */
const KEPT = 6;

const tarOf = (folder: string, key: string): string => join(folder, `base-${key}.tar.zst`);
const factsOf = (folder: string, key: string): string => join(folder, `base-${key}.json`);

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** Whether a base made then is still to be used now. A clock that was set back makes it old. */
export const isFresh = (made: number, now: number): boolean => now >= made && now - made < MAX_AGE;

/** The base kept under this key, if there is one and it is young enough. */
export const findBase = async (folder: string, key: string, now: number): Promise<CachedBase | undefined> => {
  const facts = await readJson<Omit<CachedBase, 'file'>>(factsOf(folder, key));
  if (facts === undefined) return undefined;
  const { epoch, made, packages } = facts;
  const file = tarOf(folder, key);
  return (await isThere(file)) && isFresh(made, now) ? { file, epoch, made, packages } : undefined;
};

/** Where to write a new one until it is whole. What a build that was killed has left there is removed. */
export const unfinishedBase = async (folder: string, key: string): Promise<string> => {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const pid = /^\.base-\w+\.(\d+)\.tmp$/.exec(name)?.[1];
    if (pid !== undefined && !(await isThere(`/proc/${pid}`))) await rm(join(folder, name), { force: true });
  }
  return join(folder, `.base-${key}.${process.pid}.tmp`);
};

/** Keeps a finished tar under its key, and throws the oldest away. */
export const keepBase = async (
  folder: string,
  key: string,
  tar: string,
  facts: Omit<CachedBase, 'file'>,
): Promise<void> => {
  await rm(factsOf(folder, key), { force: true });
  await rename(tar, tarOf(folder, key));
  await writeFile(factsOf(folder, key), `${JSON.stringify(facts)}\n`);
  await prune(folder);
};

const prune = async (folder: string): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => /^base-\w+\.json$/.test(name));
  const ages = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  );
  for (const { name } of ages.sort((a, b) => b.time - a.time).slice(KEPT)) {
    await rm(join(folder, name), { force: true });
    await rm(join(folder, name.replace(/json$/, 'tar.zst')), { force: true });
  }
};
