import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { watchFolder } from '../lib/watch-folder.ts';
import { CONFIGURED } from './paths.ts';

/**
 * When this boot has configured the relay. Services start long before: Node takes its time, and cloud-init, which
 * looks for the cloud meanwhile, keeps one processor busy and no more.
 */
export const whenConfigured = (path = CONFIGURED): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (!existsSync(path)) return;
      watcher.close();
      resolve();
    };
    const watcher = watchFolder(dirname(path), look);
    look();
  });
