import { createHash, createPublicKey, verify } from 'node:crypto';
import { canonicalBody, canonicalField, chosen } from '../machine/dkim-signer.ts';

const tagsOf = (text: string): [string, string][] =>
  text.split(';').flatMap((spec): [string, string][] => {
    const at = spec.indexOf('=');
    return at < 0 ? [] : [[spec.slice(0, at).replace(/[ \t\r\n]/g, ''), spec.slice(at + 1)]];
  });
const bare = (text: string | undefined): string => (text ?? '').replace(/[ \t\r\n]/g, '');
const way = (text: string | undefined) => (text === 'relaxed' ? 'relaxed' : 'simple');

const isValid = (
  field: string,
  others: readonly string[],
  body: string,
  record: string,
  domain: string,
): boolean => {
  const tags = new Map(tagsOf(field.slice(field.indexOf(':') + 1)));
  const key = new Map(tagsOf(record));
  const [header, text] = bare(tags.get('c')).split('/');
  if (tags.has('l') || bare(tags.get('a')) !== 'ed25519-sha256') return false;
  if (bare(tags.get('d')).toLowerCase() !== domain || bare(key.get('k')) !== 'ed25519') return false;
  const digest = createHash('sha256')
    .update(canonicalBody(body, way(text)), 'latin1')
    .digest();
  if (!digest.equals(Buffer.from(bare(tags.get('bh')), 'base64'))) return false;
  const names = (tags.get('h') ?? '').split(':').map((name) => bare(name).toLowerCase());
  const own = field.replace(/([:;][ \t\r\n]*b[ \t\r\n]*=)[^;]*/, '$1');
  const lines = [...chosen(others, names), own].map((line) => canonicalField(line, way(header)));
  const prefix = Buffer.from('302a300506032b6570032100', 'hex');
  const publicKey = createPublicKey({
    key: Buffer.concat([prefix, Buffer.from(bare(key.get('p')), 'base64')]),
    format: 'der',
    type: 'spki',
  });
  const data = createHash('sha256').update(lines.join('\r\n'), 'latin1').digest();
  return names.includes('from') && verify(null, data, publicKey, Buffer.from(bare(tags.get('b')), 'base64'));
};

/**
 * Another reading of DKIM (RFC 6376), simpler and more lenient: whether some Ed25519 signature of `domain` fits. What
 * the filter believes this must find, too.
 */
export const isSigned = (
  fields: readonly (readonly [string, string])[],
  body: string,
  record: string,
  domain: string,
): boolean => {
  const lines = fields.map(([name, value]) => `${name}:${value.replaceAll('\n', '\r\n')}`);
  return lines.some((line, at) => {
    const others = lines.filter((_, i) => i !== at);
    return /^dkim-signature\s*:/i.test(line) && isValid(line, others, body, record, domain);
  });
};
