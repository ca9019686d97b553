import { rm, writeFile } from 'node:fs/promises';
import { run } from '../program/run.ts';
import { failure } from '../terminal/failure.ts';

interface InstallOptions {
  readonly signal: AbortSignal;
  /** Told what is about to be done, before it is done. */
  readonly say: (line: string) => void;
  readonly isRoot: boolean;
  /** Keep the services of these packages from being started. */
  readonly withoutServices: boolean;
}

/** The exact command, as a person would type it. */
export const installCommand = (packages: readonly string[]): readonly string[] => [
  'apt-get',
  'install',
  '--yes',
  '--no-install-recommends',
  ...packages,
];

const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Debian's interface to keep package scripts from starting services (invoke-rc.d(8), 101: action forbidden).
 * A policy that exists already is not ours, and stays.
 */
const withPolicy = async <T>(work: () => Promise<T>): Promise<T> => {
  const isOurs = await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  try {
    return await work();
  } finally {
    if (isOurs) await rm(POLICY, { force: true });
  }
};

/** Whether apt knows all packages already; a fresh machine has no lists, and needs `apt-get update` first. */
const knowsAll = (packages: readonly string[]): Promise<boolean> =>
  run(['apt-get', 'install', '--simulate', '--quiet=2', ...packages]).then(
    () => true,
    () => false,
  );

const aptGet = async (
  [program = 'apt-get', ...args]: readonly string[],
  signal: AbortSignal,
): Promise<void> => {
  await run([program, '--quiet', ...args], {
    signal,
    // dpkg must come to the end of what it has begun.
    endBy: 'SIGTERM',
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    hint: 'look at the sources of apt and at the network, then try again',
  });
};

/** Installs Debian packages, after saying so. Rejects with a failure that names the command to run as root. */
export const installPackages = async (
  packages: readonly string[],
  { signal, say, isRoot, withoutServices }: InstallOptions,
): Promise<void> => {
  if (packages.length === 0) return;
  const command = installCommand(packages);
  if (!isRoot) {
    throw failure(`Debian packages are missing: ${packages.join(' ')}`, {
      hint: `run as root: ${command.join(' ')}`,
    });
  }
  say(`installing from Debian: ${packages.join(' ')}${withoutServices ? ' (no service is started)' : ''}`);
  const install = async (): Promise<void> => {
    if (!(await knowsAll(packages))) {
      say('reading the package lists (apt-get update)');
      await aptGet(['apt-get', 'update'], signal);
    }
    // The archive moves on: a package can be gone that the lists still name. Read them again, once.
    await aptGet(command, signal).catch(async () => {
      signal.throwIfAborted();
      say('that failed; once more with new package lists (apt-get update)');
      await aptGet(['apt-get', 'update'], signal);
      await aptGet(command, signal);
    });
  };
  await (withoutServices ? withPolicy(install) : install());
};
