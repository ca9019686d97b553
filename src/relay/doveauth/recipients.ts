import type { Model } from '../../model/model.ts';
import type { DictHandlers } from '../lib/dict-server.ts';
import { exists } from '../lib/exists.ts';
import { encryptionFile, type FindMailbox, isOpen } from '../lib/mailbox.ts';

/** Who runs the relay is written to by these (RFC 5321 §4.5.1, where it may lack a domain, and RFC 2142). */
const isForOperator = (address: string, { addressDomain }: Model): boolean =>
  address === 'postmaster' ||
  [`postmaster@${addressDomain}`, `abuse@${addressDomain}`].includes(address.toLowerCase());

/**
 * For the filter, which sees no mailbox. `shared/recipient/<address>` is `1` where it takes encrypted mail only, `0`
 * where it takes any, as the operator does: who reports something has perhaps no app that encrypts.
 */
export const recipientHandlers = (model: Model, find: FindMailbox): DictHandlers => ({
  lookup: (key) => {
    const address = key.replace(/^shared\/recipient\//, '');
    if (isForOperator(address, model)) {
      const { postmaster } = model.settings;
      const isHere = postmaster?.toLowerCase().endsWith(`@${model.addressDomain}`);
      const own = isHere && postmaster !== undefined ? find(postmaster) : undefined;
      return postmaster !== undefined && (!isHere || (own && isOpen(own))) ? '0' : undefined;
    }
    const mailbox = find(address);
    if (!mailbox || !isOpen(mailbox)) return undefined;
    return exists(encryptionFile(mailbox)) ? '1' : '0';
  },
});
