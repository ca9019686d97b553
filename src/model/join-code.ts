import type { Model } from './model.ts';

/**
 * The code with which anybody joins this relay: the app makes an address of its own. `undefined` where apps need a ready
 * address (`credentials.ts`): of a self-signed certificate they must be told, and of a relay without a domain they do
 * not find the servers (core 2.57 looks for `imap.[192.0.2.1]`).
 */
export const joinCode = ({ domain, isSelfSigned, isIpOnly }: Model): string | undefined =>
  isSelfSigned || isIpOnly ? undefined : `DCACCOUNT:${domain}`;
