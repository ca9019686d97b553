import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hierarchies, processesOf, removeCgroup } from './cgroup.ts';
import { removeNamespace } from './network.ts';
import { unmountOverlay } from './overlay.ts';
import { isOrphan } from './owner.ts';

const orphans = async (directory: string): Promise<string[]> =>
  (await readdir(directory).catch(() => [])).filter((name) => isOrphan(name));

const killAll = (pids: readonly number[]): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended by itself
    }
  }
};

/** Removes a container's groups. The dying are counted for a moment, so that this may take another try. */
const removeGroup = async (directory: string): Promise<void> => {
  killAll(await processesOf(directory));
  await removeCgroup(directory).catch(() => undefined);
};

/**
 * Removes what runs that were killed left behind: their processes, mounts, namespaces and files. Without root
 * only the files of one's own machines. What another run removes at the same time is not an error.
 */
export const removeLeftovers = async (): Promise<void> => {
  for (const root of await hierarchies().catch(() => [])) {
    for (const name of await orphans(root)) await removeGroup(join(root, name)).catch(() => undefined);
  }
  for (const name of await orphans('/run/netns')) await removeNamespace(name).catch(() => undefined);
  for (const name of await orphans(tmpdir())) {
    await unmountOverlay(join(tmpdir(), name));
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
};
