import type { Headers } from './headers.ts';

/**
 * OpenDKIM 2.11's wording of a valid signature. `header.i=` must follow: a long field is cut off anywhere, and
 * `header.d=example.org.evil.example` would then look like another domain.
 */
const PASS = /; dkim=pass(?: \([\w; -]*\))? header\.d=([\w.-]+) header\.i=/g;

/**
 * Whether OpenDKIM found a valid signature of exactly `domain`. It runs before this filter, removes fields that claim
 * its `authservId` (RFC 8601 §5) and puts its own first, so only the first is looked at.
 *
 * It prints the identity of a signature (`i=`) decoded from quoted-printable, so that a sender could write further
 * results there, of any domain; and it does not say that a signature leaves the end of the body (`l=`), or all of it,
 * to others (RFC 6376 §8.2). Honest signers do neither, so with one of these nothing is believed.
 */
export const isSignedBy = (headers: Headers, authservId: string, domain: string): boolean => {
  const results = (headers.first('authentication-results') ?? '').replace(/\s+/g, ' ');
  const own = `${authservId}; `.toLowerCase();
  if (headers.hasOddSignature || !results.toLowerCase().startsWith(own)) return false;
  return [...results.matchAll(PASS)].some(([, signer]) => signer?.toLowerCase() === domain);
};
