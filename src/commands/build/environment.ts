import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../command.ts';

/** Where base systems are kept between builds. */
export const cacheFolder = (env: Context['env']): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'chatmail-image');
