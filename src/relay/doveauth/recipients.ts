import type { DictHandlers } from '../lib/dict-server.ts';
import { encryptionFile, exists, type FindMailbox, isOpen } from '../lib/mailbox.ts';

/**
 * For the filter, which sees no mailbox. `shared/recipient/<address>` is `1` where it takes encrypted mail only, `0`
 * where it takes any.
 */
export const recipientHandlers = (find: FindMailbox): DictHandlers => ({
  lookup: (key) => {
    const mailbox = find(key.replace(/^shared\/recipient\//, ''));
    if (!mailbox || !isOpen(mailbox)) return undefined;
    return exists(encryptionFile(mailbox)) ? '1' : '0';
  },
});
