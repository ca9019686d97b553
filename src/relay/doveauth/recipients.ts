import type { DictHandlers } from '../lib/dict-server.ts';
import { encryptionFile, type FindMailbox, isFile, passwordFile } from './mailbox.ts';

/** For the filter: `shared/recipient/<address>` is `1` where it takes encrypted mail only, `0` where it takes any. */
export const recipientHandlers = (find: FindMailbox): DictHandlers => ({
  lookup: (key) => {
    const mailbox = find(key.replace(/^shared\/recipient\//, ''));
    if (!mailbox || !isFile(passwordFile(mailbox))) return undefined;
    return isFile(encryptionFile(mailbox)) ? '1' : '0';
  },
});
