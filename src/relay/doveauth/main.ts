import { mkdirSync } from 'node:fs';
import { type Model, PATHS } from '../../model/model.ts';
import { type DictHandlers, serveDict } from '../lib/dict-server.ts';
import { mailboxFinder } from '../lib/mailbox.ts';
import type { Service } from '../lib/service.ts';
import { authHandlers } from './auth.ts';
import { census, censusHandlers } from './census.ts';
import { keepNotice } from './closed-notice.ts';
import { keepFolders } from './folder-keeper.ts';
import { lastLoginHandlers } from './last-login.ts';
import { recipientHandlers } from './recipients.ts';
import { closedReason, resources } from './sign-up.ts';

/**
 * Starts the services that know the mailboxes, on the sockets named `auth`, `lastlogin`, `recipients` and
 * `census`. Runs as `vmail`.
 */
export const start = (
  model: Model,
  sockets: ReadonlyMap<string, readonly number[]>,
  { mailRoot = PATHS.mail, noCreate = PATHS.noCreate, closedNotice = PATHS.closedNotice } = {},
): Service => {
  const find = mailboxFinder(model, mailRoot);
  const folder = `${mailRoot}/${model.domain}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const left = () => resources(mailRoot, noCreate);
  const whyClosed = () => closedReason(model.settings, left());
  const notice = keepNotice(closedNotice, whyClosed);
  const folders = keepFolders(folder);
  const handlers: Readonly<Record<string, DictHandlers>> = {
    auth: authHandlers(model, find, folder, left),
    lastlogin: lastLoginHandlers(find),
    recipients: recipientHandlers(model, find),
    census: censusHandlers(census(folder, PATHS.pushQueue), whyClosed),
  };
  const services = Object.entries(handlers).map(([name, served]) =>
    serveDict(
      served,
      (sockets.get(name) ?? []).map((fd) => ({ fd })),
    ),
  );
  return {
    close: async () => {
      notice.close();
      folders.close();
      await Promise.all(services.map((service) => service.close()));
    },
  };
};
