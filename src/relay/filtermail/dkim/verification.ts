import { createHash, type Hash, verify } from 'node:crypto';
import { type BodySink, canonicalBody } from './canonical-body.ts';
import { isFieldName, plainName, signedHeader } from './canonical-header.ts';
import { keyFor } from './key-record.ts';
import { type Canonicalization, type Field, parseSignature, type Signature } from './signature.ts';

/** TXT records at a name; none where it has none, `undefined` where there was no answer. */
export type Records = readonly string[] | undefined;

/** Where keys are. */
export interface Keys {
  readonly ask: (name: string) => Promise<Records>;
  /** Asks the name's own servers again, past all caches. */
  readonly askAnew: (name: string) => Promise<Records>;
}

/** `unknown`: no key could be looked up, and the sender is to try again. */
export type Finding = 'pass' | 'fail' | 'unknown';

/** Signatures of a message; more are not looked at. */
const MAX_SIGNATURES = 8;
/** TXT records at one name. */
const MAX_RECORDS = 4;

const isSigned = (record: string, signature: Signature, data: Buffer): boolean => {
  const key = keyFor(record, signature);
  if (!key) return false;
  // RFC 8463 §3: what Ed25519 signs is the hash.
  return signature.algorithm === 'rsa'
    ? verify('sha256', data, key, signature.signature)
    : verify(null, createHash('sha256').update(data).digest(), key, signature.signature);
};

const judge = (records: Records, signature: Signature, data: Buffer): Finding => {
  if (!records) return 'unknown';
  return records.slice(0, MAX_RECORDS).some((record) => isSigned(record, signature, data)) ? 'pass' : 'fail';
};

/** A key may have been replaced since it was last asked for, so that a failure is believed of a new answer only. */
const findingOf = async (signature: Signature, data: Buffer, keys: Keys): Promise<Finding> => {
  const finding = judge(await keys.ask(signature.keyName), signature, data);
  return finding === 'fail' ? judge(await keys.askAnew(signature.keyName), signature, data) : finding;
};

/** Follows the body of a message of which the header is known. */
export interface Verification {
  readonly body: (piece: Buffer) => void;
  /** Whether the domain vouches for the message. `now`: seconds since 1970. */
  readonly finding: (keys: Keys, now: number) => Promise<Finding>;
}

/**
 * Verifies the signatures of exactly `domain` (in lower case), wherever they stand among others (RFC 6376 §6.1). One
 * that is valid is enough, but none is where a field has no proper name. Without one the message is refused for good only while DNS answers, about the others, too.
 */
export const startVerification = (fields: readonly Field[], domain: string): Verification => {
  const isReadable = fields.every(({ name }) => isFieldName(name));
  const found = fields
    .filter(({ name }) => isReadable && plainName(name) === 'dkim-signature')
    .flatMap((field) => parseSignature(field) ?? []);
  const signatures = found.filter((signature) => signature.domain === domain).slice(0, MAX_SIGNATURES);
  const others = found
    .filter((signature) => signature.domain !== domain)
    .slice(0, MAX_SIGNATURES - signatures.length);
  const bodies = new Map<Canonicalization, { readonly hash: Hash; readonly sink: BodySink }>();
  for (const { body } of signatures) {
    if (bodies.has(body)) continue;
    const hash = createHash('sha256');
    bodies.set(body, { hash, sink: canonicalBody(body, (piece) => hash.update(piece)) });
  }
  return {
    body: (piece) => {
      for (const { sink } of bodies.values()) sink.push(piece);
    },
    finding: async (keys, now) => {
      const digests = new Map<Canonicalization, Buffer>();
      for (const [body, { hash, sink }] of bodies) {
        sink.end();
        digests.set(body, hash.digest());
      }
      const isPossible = ({ body, bodyHash, expires }: Signature): boolean =>
        expires >= now && digests.get(body)?.equals(bodyHash) === true;
      const possible = signatures.filter(isPossible);
      const findings = await Promise.all(
        possible.map((signature) => findingOf(signature, signedHeader(fields, signature), keys)),
      );
      if (findings.includes('pass')) return 'pass';
      const rest = [...signatures, ...others].filter((signature) => !possible.includes(signature));
      const answers = await Promise.all(rest.map(({ keyName }) => keys.ask(keyName)));
      return findings.includes('unknown') || answers.includes(undefined) ? 'unknown' : 'fail';
    },
  };
};
