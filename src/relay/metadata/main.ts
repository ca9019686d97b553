import { readFileSync } from 'node:fs';
import { type Model, PATHS } from '../../model/model.ts';
import { serveDict } from '../lib/dict-server.ts';
import { log } from '../lib/log.ts';
import type { Service } from '../lib/service.ts';
import { forgetDead } from './forget-dead.ts';
import { type FindHome, metadataHandlers } from './handlers.ts';
import { turnSecret } from './turn-credentials.ts';

const APP_VERSIONS = '/etc/chatmail/appversions.json';

/** What the operator has apps told about new versions, on one line; about none where there is no such file. */
const readAppVersions = (path: string): string => {
  try {
    return JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log('error', `${path} is not valid JSON: apps get no version information`);
    return '{"clients":[]}';
  }
};

const now = (): number => Math.floor(Date.now() / 1000);

/** Starts the service for Dovecot's `mail_attribute_dict`, on the sockets named `metadata`. Runs as `vmail`. */
export const start = (
  model: Model,
  sockets: ReadonlyMap<string, readonly number[]>,
  findHome: FindHome,
  { queue = PATHS.pushQueue, turn = PATHS.turn, appVersions = APP_VERSIONS } = {},
): Service => {
  const handlers = metadataHandlers(model, findHome, {
    queue,
    secret: model.settings.turn ? turnSecret(turn) : undefined,
    appVersions: readAppVersions(appVersions),
    now,
  });
  const service = serveDict(
    handlers,
    (sockets.get('metadata') ?? []).map((fd) => ({ fd })),
  );
  const watcher = forgetDead(queue, findHome, now);
  return {
    close: async () => {
      watcher.close();
      await service.close();
    },
  };
};
