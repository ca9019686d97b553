import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../command.ts';

/** What the environment asks for (reproducible-builds.org), in seconds. */
export const epochOf = ({ SOURCE_DATE_EPOCH: text = '' }: Context['env']): { sourceDateEpoch?: number } =>
  /^\d{1,12}$/.test(text) ? { sourceDateEpoch: Number(text) } : {};

/** Where base systems are kept between builds. */
export const cacheFolder = (env: Context['env']): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'chatmail-image');
