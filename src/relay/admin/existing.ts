import type { Model } from '../../model/model.ts';
import { lastLogin, type Mailbox, mailboxFinder } from '../lib/mailbox.ts';

/** Where these addresses are; `undefined`, after saying which do not exist, where one does not. */
export const existing = (
  model: Model,
  addresses: readonly string[],
  mailRoot: string,
): Mailbox[] | undefined => {
  const find = mailboxFinder(model, mailRoot);
  const mailboxes = addresses.map((address) => {
    const mailbox = find(address);
    if (mailbox && lastLogin(mailbox) !== undefined) return mailbox;
    process.stderr.write(`chatmail: no such address: ${JSON.stringify(address)}\n`);
    return undefined;
  });
  return mailboxes.every((mailbox) => mailbox !== undefined) ? mailboxes : undefined;
};
