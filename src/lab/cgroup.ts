import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The hierarchies a container's systemd lives in: the one of cgroup v2, or in the older layouts `name=systemd`
 * and, where mounted beside it, `unified`. Takes `/proc/self/mountinfo` (proc(5)).
 */
export const systemdHierarchies = (mountinfo: string): string[] =>
  mountinfo
    .split('\n')
    .map((line) => / - (?<type>\S+) \S+ (?<options>\S+)$/.exec(line)?.groups && line)
    .filter((line): line is string => Boolean(line))
    .filter((line) => / - cgroup2 /.test(line) || / - cgroup \S+ \S*\bname=systemd\b/.test(line))
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, o) => String.fromCharCode(Number.parseInt(o, 8))),
    );

/** The same for this computer. */
export const hierarchies = async (): Promise<string[]> =>
  systemdHierarchies(await readFile('/proc/self/mountinfo', 'utf8'));

/**
 * Makes a group of that name in each hierarchy and returns their directories. systemd-nspawn makes its groups
 * below the one it is started in: without one each, two containers would share them and fight.
 */
export const makeCgroups = async (name: string): Promise<string[]> => {
  const directories = (await hierarchies()).map((root) => join(root, name));
  for (const directory of directories) await mkdir(directory, { recursive: true });
  return directories;
};

const childrenOf = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name));

/** Removes a group and those below; they must be empty of processes. */
export const removeCgroup = async (directory: string): Promise<void> => {
  if (!existsSync(directory)) return;
  for (const child of await childrenOf(directory)) await removeCgroup(child);
  await rmdir(directory);
};

/** The processes of a group and of those below. */
export const processesOf = async (directory: string): Promise<number[]> => {
  if (!existsSync(directory)) return [];
  const own = (await readFile(join(directory, 'cgroup.procs'), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map(Number);
  const below = await Promise.all((await childrenOf(directory)).map(processesOf));
  return [...own, ...below.flat()];
};
