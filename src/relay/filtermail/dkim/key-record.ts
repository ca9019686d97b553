import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Signature } from './signature.ts';
import { listOf, parseTagList, unfolded } from './tag-list.ts';

/** RFC 8301 §3.2: shorter ones can be factored. Longer ones are not in use, and slow to verify. */
const [MIN_BITS, MAX_BITS] = [1024, 4096];
/** With a longer one each signature takes milliseconds; real ones are 3, 17 and 65537. */
const MAX_EXPONENT = 2n ** 31n;
/** What makes of 32 bytes a SubjectPublicKeyInfo (RFC 8410 §10.1). */
const ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

const rsaKey = (bytes: Buffer): KeyObject | undefined => {
  // As everybody publishes it, or as RFC 6376 §3.6.1 says.
  for (const type of ['spki', 'pkcs1'] as const)
    try {
      const key = createPublicKey({ key: bytes, format: 'der', type });
      const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
      const isUsual =
        bits >= MIN_BITS && bits <= MAX_BITS && publicExponent > 2n && publicExponent < MAX_EXPONENT;
      return key.asymmetricKeyType === 'rsa' && isUsual ? key : undefined;
    } catch {
      // Not this one.
    }
  return undefined;
};

const ed25519Key = (bytes: Buffer): KeyObject | undefined =>
  bytes.length === 32
    ? createPublicKey({ key: Buffer.concat([ED25519, bytes]), format: 'der', type: 'spki' })
    : undefined;

/**
 * The key in a TXT record (RFC 6376 §3.6.1), if it may be used for that signature. `undefined` where the record is
 * something else, the key is revoked (an empty `p=`), or meant for other hashes, algorithms, services or identities.
 */
export const keyFor = (record: string, { algorithm, domain, identity }: Signature): KeyObject | undefined => {
  const tags = parseTagList(record);
  const version = tags?.get('v');
  const encoded = unfolded(tags?.get('p') ?? '');
  if (!tags || encoded === '') return undefined;
  if (version !== undefined && !(version === 'DKIM1' && [...tags.keys()][0] === 'v')) return undefined;
  const lists = (name: string, ...values: readonly string[]): boolean =>
    !tags.has(name) || listOf(tags.get(name) ?? '').some((value) => values.includes(value));
  if ((tags.get('k') ?? 'rsa') !== algorithm || !lists('h', 'sha256') || !lists('s', '*', 'email'))
    return undefined;
  const isStrict = listOf(tags.get('t') ?? '').includes('s');
  if (isStrict && identity !== domain) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  return algorithm === 'rsa' ? rsaKey(bytes) : ed25519Key(bytes);
};
