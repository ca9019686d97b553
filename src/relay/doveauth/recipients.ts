import type { DictHandlers } from '../lib/dict-server.ts';
import { encryptionFile, exists, type FindMailbox, isOpen } from '../lib/mailbox.ts';

/**
 * For the services that see no mailbox. `shared/recipient/<address>` is `1` where it takes encrypted mail only, `0`
 * where it takes any; `shared/census` is how many addresses there are, `shared/closed` why there are no new ones.
 */
export const recipientHandlers = (
  find: FindMailbox,
  census: () => Promise<string>,
  whyClosed: () => string | undefined,
): DictHandlers => ({
  lookup: (key) => {
    if (key === 'shared/census') return census();
    if (key === 'shared/closed') return whyClosed();
    const mailbox = find(key.replace(/^shared\/recipient\//, ''));
    if (!mailbox || !isOpen(mailbox)) return undefined;
    return exists(encryptionFile(mailbox)) ? '1' : '0';
  },
});
