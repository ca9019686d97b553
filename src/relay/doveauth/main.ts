import { mkdirSync } from 'node:fs';
import { type Model, PATHS } from '../../model/model.ts';
import { type DictHandlers, type Service, serveDict } from '../lib/dict-server.ts';
import { mailboxFinder } from '../lib/mailbox.ts';
import { authHandlers } from './auth.ts';
import { census } from './census.ts';
import { lastLoginHandlers } from './last-login.ts';
import { recipientHandlers } from './recipients.ts';
import { resources } from './sign-up.ts';

/**
 * Starts the services that know the mailboxes, on the sockets named `auth`, `lastlogin` and `recipients`.
 * Runs as `vmail`.
 */
export const start = (
  model: Model,
  sockets: ReadonlyMap<string, readonly number[]>,
  { mailRoot = PATHS.mail, noCreate = PATHS.noCreate }: { mailRoot?: string; noCreate?: string } = {},
): Service => {
  const find = mailboxFinder(model, mailRoot);
  const folder = `${mailRoot}/${model.domain}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const handlers: Readonly<Record<string, DictHandlers>> = {
    auth: authHandlers(model, find, folder, () => resources(mailRoot, noCreate)),
    lastlogin: lastLoginHandlers(find),
    recipients: recipientHandlers(find, census(folder, PATHS.pushQueue)),
  };
  const services = Object.entries(handlers).map(([name, served]) =>
    serveDict(
      served,
      (sockets.get(name) ?? []).map((fd) => ({ fd })),
    ),
  );
  return {
    close: async () => {
      await Promise.all(services.map((service) => service.close()));
    },
  };
};
