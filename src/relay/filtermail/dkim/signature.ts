import { listOf, parseTagList, unfolded } from './tag-list.ts';

/**
 * A header field as it was sent, in bytes, one per character: the value with the space after the colon; lines are
 * joined by `\n`.
 */
export interface Field {
  readonly name: string;
  readonly value: string;
}

export type Canonicalization = 'simple' | 'relaxed';

/** A DKIM-Signature field (RFC 6376 §3.5). */
export interface Signature {
  readonly field: Field;
  /** The type of the key; the hash is SHA-256 always. */
  readonly algorithm: 'rsa' | 'ed25519';
  /** In lower case. */
  readonly domain: string;
  /** Where its key is published (RFC 6376 §3.6.2.1). */
  readonly keyName: string;
  /** The domain of its identity (`i=`), in lower case. */
  readonly identity: string;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** The header fields that are signed, in lower case. */
  readonly signed: readonly string[];
  readonly bodyHash: Buffer;
  readonly signature: Buffer;
  /** Seconds since 1970; the signature is not valid later. */
  readonly expires: number;
}

const REQUIRED = ['v', 'a', 'b', 'bh', 'd', 'h', 's'];
/** Without rsa-sha1 (RFC 8301 §3.1); with RFC 8463. */
const ALGORITHMS: ReadonlyMap<string, Signature['algorithm']> = new Map([
  ['rsa-sha256', 'rsa'],
  ['ed25519-sha256', 'ed25519'],
]);
/** Letters, digits, hyphens and underscores: no other name can have a key. */
const HOST_NAME = /^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*$/;
const CANONICALIZATION = /^(simple|relaxed)(?:\/(simple|relaxed))?$/;
const SECONDS = /^\d{1,12}$/;

const secondsOf = (value: string | undefined): number | undefined =>
  value === undefined ? Number.POSITIVE_INFINITY : SECONDS.test(value) ? Number(value) : undefined;

const bytesOf = (base64: string): Buffer => Buffer.from(unfolded(base64), 'base64');

/**
 * Reads a signature; `undefined` where it is malformed, of a kind that proves nothing (RFC 6376 §6.1.1), or of an
 * algorithm that is not accepted. So is one that leaves the end of the body to others (`l=`, RFC 6376 §8.2).
 */
export const parseSignature = (field: Field): Signature | undefined => {
  const tags = parseTagList(field.value);
  if (!tags || REQUIRED.some((name) => !tags.get(name)) || tags.get('v') !== '1' || tags.has('l')) return;
  const tag = (name: string): string => tags.get(name) ?? '';
  const algorithm = ALGORITHMS.get(tag('a'));
  const [, header, body = 'simple'] = CANONICALIZATION.exec(tags.get('c') ?? 'simple') ?? [];
  const domain = tag('d').toLowerCase();
  const keyName = `${tag('s').toLowerCase()}._domainkey.${domain}`;
  const [, identity] = /@([^@]*)$/.exec((tags.get('i') ?? `@${domain}`).toLowerCase()) ?? [];
  const signed = listOf(tag('h').toLowerCase());
  const expires = secondsOf(tags.get('x'));
  const signedAt = secondsOf(tags.get('t') ?? '0');
  if (!algorithm || !header || !HOST_NAME.test(keyName) || !signed.includes('from')) return;
  if (identity === undefined || !`.${identity}`.endsWith(`.${domain}`)) return;
  if (expires === undefined || signedAt === undefined || expires < signedAt) return;
  if (!listOf(tags.get('q') ?? 'dns/txt').includes('dns/txt')) return;
  return {
    field,
    algorithm,
    domain,
    keyName,
    identity,
    header: header as Canonicalization,
    body: body as Canonicalization,
    signed,
    bodyHash: bytesOf(tag('bh')),
    signature: bytesOf(tag('b')),
    expires,
  };
};
