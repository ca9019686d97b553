import { access, constants } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type Job, REQUIREMENTS } from './table.ts';

/** What a job lacks: the program or file, and the Debian package that has it. */
interface Missing {
  readonly what: string;
  readonly package: string;
}

/** Programs that only root uses are not on an ordinary user's PATH in Debian. */
const SBIN = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where a program or file may be. */
export const candidates = (what: string, path: string | undefined): readonly string[] =>
  isAbsolute(what)
    ? [what]
    : [...(path ?? '/usr/bin:/bin').split(':').filter(isAbsolute), ...SBIN].map((folder) =>
        join(folder, what),
      );

/** What is missing for these jobs, each once. Pure over `has`. */
export const missing = (jobs: readonly Job[], has: (what: string) => boolean): readonly Missing[] => {
  const lacking = jobs
    .flatMap((job) => REQUIREMENTS[job].map(([what, name]) => ({ what, package: name })))
    .filter(({ what }) => !has(what));
  return [...new Map(lacking.map((one) => [one.what, one])).values()];
};

/** The packages to install, sorted, each once. */
export const packagesOf = (lacking: readonly Missing[]): readonly string[] =>
  [...new Set(lacking.map((one) => one.package))].sort();

const isThere = async (file: string, mode: number): Promise<boolean> =>
  access(file, mode).then(
    () => true,
    () => false,
  );

/** Looks on this machine for all that the jobs need. */
export const findMissing = async (
  jobs: readonly Job[],
  path = process.env.PATH,
): Promise<readonly Missing[]> => {
  const whats = [...new Set(jobs.flatMap((job) => REQUIREMENTS[job].map(([what]) => what)))];
  const found = new Set<string>();
  for (const what of whats) {
    const mode = isAbsolute(what) ? constants.R_OK : constants.X_OK;
    for (const file of candidates(what, path)) {
      if (await isThere(file, mode)) found.add(what);
    }
  }
  return missing(jobs, (what) => found.has(what));
};
