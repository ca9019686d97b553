import type { Model } from './model.ts';

/**
 * The code with which anybody joins this relay: the app makes an address of its own. `undefined` where the
 * certificate is self-signed: apps take that with a ready address only (`credentials.ts`).
 */
export const joinCode = ({ domain, isSelfSigned }: Model): string | undefined =>
  isSelfSigned ? undefined : `DCACCOUNT:${domain}`;
