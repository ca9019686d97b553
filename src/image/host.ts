import { mkdir, readFile, statfs } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { execa } from 'execa';
import type { WordedProblem } from '../problem/problem.ts';
import { programEnv } from '../program/run.ts';
import { installCommand } from '../requirements/install.ts';
import { findMissing, packagesOf } from '../requirements/missing.ts';
import type { Job } from '../requirements/table.ts';
import { problemsFailure } from '../terminal/failure.ts';
import type { BuildRequest } from './request.ts';

/** What a build needs to know of the machine it runs on. */
export interface HostFacts {
  readonly platform: string;
  readonly architecture: string;
  readonly isRoot: boolean;
  readonly user: string;
  /** Debian packages that are not there. */
  readonly missingPackages: readonly string[];
  /** Whether namespaces can be made: the error's words where not. */
  readonly namespaceError?: string;
  readonly hasSubordinateIds: boolean;
  /** Free and needed bytes by place. */
  readonly folders: readonly { readonly folder: string; readonly free: number; readonly needed: number }[];
}

type HostCode =
  | 'wrong-machine'
  | 'missing-packages'
  | 'no-subordinate-ids'
  | 'no-namespaces'
  | 'disk-too-small';
type HostProblem = WordedProblem<HostCode>;

const problem = (code: HostCode, message: string, hint: string): HostProblem => ({
  code,
  severity: 'error',
  message,
  hint,
});

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** Everything that prevents a build, so that it is reported at once and before anything was done. */
export const hostProblems = (facts: HostFacts): readonly HostProblem[] => {
  const { platform, architecture, isRoot, user, missingPackages, namespaceError, folders } = facts;
  if (platform !== 'linux' || architecture !== 'x64') {
    return [
      problem(
        'wrong-machine',
        `images can only be built on Linux with an x86-64 processor; this is ${platform} on ${architecture}`,
        'use a virtual machine, or make user-data for a stock Debian 12 machine with the command `user-data`',
      ),
    ];
  }
  const problems: HostProblem[] = [];
  if (missingPackages.length > 0) {
    problems.push(
      problem(
        'missing-packages',
        `Debian packages are missing: ${missingPackages.join(' ')}`,
        `add --install-requirements, or run as root: ${installCommand(missingPackages).join(' ')}`,
      ),
    );
  }
  if (!isRoot && !facts.hasSubordinateIds) {
    problems.push(
      problem(
        'no-subordinate-ids',
        `${user} has no subordinate user ids in /etc/subuid and /etc/subgid`,
        `run as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}`,
      ),
    );
  } else if (namespaceError !== undefined) {
    problems.push(
      problem(
        'no-namespaces',
        `this computer cannot create namespaces: ${namespaceError}`,
        isRoot
          ? 'use a privileged container'
          : 'allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or build as root',
      ),
    );
  }
  for (const { folder, free, needed } of folders) {
    if (free >= needed) continue;
    problems.push(
      problem(
        'disk-too-small',
        `${folder} has ${gigabytes(free)} free; ${gigabytes(needed)} are needed`,
        'free some space, or choose another place with --output, TMPDIR or XDG_CACHE_HOME',
      ),
    );
  }
  return problems;
};

const freeOf = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

const hasSubordinateIds = async (user: string, uid: number): Promise<boolean> => {
  const files = await Promise.all(
    ['/etc/subuid', '/etc/subgid'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return files.every((text) =>
    text.split('\n').some((line) => line.startsWith(`${user}:`) || line.startsWith(`${uid}:`)),
  );
};

const namespaceErrorOf = async (isRoot: boolean): Promise<string | undefined> => {
  const maps = isRoot ? [] : ['--map-root-user', '--map-auto'];
  const argv = [...maps, '--mount', '--uts', '--pid', '--fork', '--', 'mount', '-t', 'tmpfs', 'none', '/mnt'];
  const tried = await execa('unshare', argv, { reject: false, env: programEnv() });
  return tried.failed ? tried.stderr.trim().split('\n')[0] || tried.shortMessage : undefined;
};

/** Bytes that a build takes for a while: the tree while mmdebstrap makes it, the tree and the disk, the base. */
const NEEDED = { temporary: 1.2e9, output: 2.5e9, cache: 0.5e9 };

/** The jobs whose requirements a build has. */
export const buildJobs = (isRoot: boolean): readonly Job[] => [isRoot ? 'build' : 'build-unprivileged'];

/** Looks at this machine. Creates the folders that are asked for. */
export const hostFacts = async ({
  output,
  cache,
}: Pick<BuildRequest, 'output' | 'cache'>): Promise<HostFacts> => {
  await mkdir(output, { recursive: true });
  await mkdir(cache, { recursive: true });
  const { username, uid } = userInfo();
  const isRoot = uid === 0;
  const jobs = buildJobs(isRoot);
  const folders = [
    { folder: tmpdir(), needed: NEEDED.temporary },
    { folder: output, needed: NEEDED.output },
    { folder: cache, needed: NEEDED.cache },
  ];
  const error = await namespaceErrorOf(isRoot);
  return {
    platform: process.platform,
    architecture: process.arch,
    isRoot,
    user: username,
    missingPackages: packagesOf(await findMissing(jobs)),
    ...(error === undefined ? {} : { namespaceError: error }),
    hasSubordinateIds: await hasSubordinateIds(username, uid),
    folders: await Promise.all(
      folders.map(async (place) => ({ ...place, free: await freeOf(place.folder) })),
    ),
  };
};

/** Throws everything that is in the way. */
export const requireHost = (facts: HostFacts): void => {
  const problems = hostProblems(facts);
  if (problems.length > 0) throw problemsFailure(problems);
};
