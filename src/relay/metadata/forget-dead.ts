import { readdirSync, rmSync } from 'node:fs';
import { log } from '../lib/log.ts';
import { DEAD, parseAttempt, readJob } from '../lib/push-queue.ts';
import { watchFolder } from '../lib/watch-folder.ts';
import type { FindHome } from './handlers.ts';
import { removeToken } from './tokens.ts';

/**
 * Forgets the tokens that the courier found dead, now and as long as this runs. A job goes only after its token
 * went, so that nothing that happens in between keeps the token.
 */
export const forgetDead = (queue: string, findHome: FindHome, now: () => number): { close: () => void } => {
  const folder = `${queue}/${DEAD}`;
  const forget = async (name: string): Promise<void> => {
    if (!parseAttempt(name)) return;
    try {
      const job = await readJob(`${folder}/${name}`);
      const home = job && findHome(job.address);
      if (job && home !== undefined) await removeToken(home, job.token, now());
      rmSync(`${folder}/${name}`, { force: true });
    } catch (error) {
      log('error', `dead token: ${(error as NodeJS.ErrnoException).code ?? (error as Error).name}`);
    }
  };
  const forgetAll = async (): Promise<void> => {
    for (const name of readdirSync(folder)) await forget(name);
  };
  const watcher = watchFolder(folder, (name) => (name === null ? forgetAll() : forget(name)));
  forgetAll();
  return watcher;
};
