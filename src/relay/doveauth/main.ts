import { mkdirSync } from 'node:fs';
import { type Model, PATHS } from '../../model/model.ts';
import { type DictHandlers, serveDict } from '../lib/dict-server.ts';
import { type Invitations, type Known, loadInvitations } from '../lib/invitations.ts';
import { log } from '../lib/log.ts';
import { mailboxFinder, readHash } from '../lib/mailbox.ts';
import type { Service } from '../lib/service.ts';
import { authHandlers } from './auth.ts';
import { census, censusHandlers } from './census.ts';
import { keepNotice } from './closed-notice.ts';
import { hashPassword } from './create.ts';
import { keepFolders } from './folder-keeper.ts';
import { lastLoginHandlers } from './last-login.ts';
import { recipientHandlers } from './recipients.ts';
import { closedReason, resources } from './sign-up.ts';

/** Without the extras nobody is invited. What is wrong with the file keeps nobody else out. */
const openInvitations = (known: Known): Invitations | undefined => {
  try {
    return loadInvitations()?.openInvitations(PATHS.invitations, known);
  } catch (error) {
    log('error', `invitations: ${(error as NodeJS.ErrnoException).code}`);
    return undefined;
  }
};

/**
 * Starts the services that know the mailboxes, on the sockets named `auth`, `lastlogin`, `recipients`, `census`
 * and `invite`. Runs as `vmail`.
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
  const invitations = openInvitations({
    isTaken: (name) => {
      const mailbox = find(`${name}@${model.addressDomain}`);
      return mailbox !== undefined && readHash(mailbox) !== undefined;
    },
    whyClosed: () => closedReason(model.settings, left(), true),
  });
  const notice = keepNotice(closedNotice, whyClosed);
  const folders = keepFolders(folder);
  const handlers: Readonly<Record<string, DictHandlers>> = {
    auth: authHandlers(model, find, folder, left, hashPassword, invitations),
    lastlogin: lastLoginHandlers(find),
    recipients: recipientHandlers(model, find),
    census: censusHandlers(census(folder, PATHS.pushQueue), whyClosed, invitations?.guests),
    invite: invitations ? { lookup: invitations.operator } : {},
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
