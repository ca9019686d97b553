import { createHash, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';

type Way = 'simple' | 'relaxed';

export interface Signing {
  readonly selector?: string;
  readonly header?: Way;
  readonly body?: Way;
  /** What is in `h=`; names that are not there, too. */
  readonly signed?: readonly string[];
  /** Further tags, with their semicolons. */
  readonly tags?: string;
}

/** A domain's key: what it publishes, and how it signs (RFC 6376). An implementation of its own, to compare ours with. */
export interface DkimSigner {
  /** The TXT record for `mail._domainkey`. */
  readonly record: string;
  readonly privateKey: KeyObject;
  /** The message with a signature in front that says it is this domain's. */
  sign(mail: string, domain: string, signing?: Signing): string;
}

const SIGNED = ['from', 'to', 'subject', 'date', 'message-id'];

/** RFC 6376 §3.4.3 and §3.4.4, of a whole body. */
export const canonicalBody = (body: string, way: Way): string => {
  const lines = body.split('\r\n');
  const text = way === 'simple' ? lines : lines.map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (text.at(-1) === '') text.pop();
  return text.length === 0 && way === 'relaxed' ? '' : `${text.join('\r\n')}\r\n`;
};

/** RFC 6376 §3.4.1 and §3.4.2. */
export const canonicalField = (field: string, way: Way): string => {
  if (way === 'simple') return field;
  const colon = field.indexOf(':');
  const value = field
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .split(/[ \t]+/)
    .filter((word) => word !== '')
    .join(' ');
  return `${field
    .slice(0, colon)
    .replace(/[ \t]*$/, '')
    .toLowerCase()}:${value}`;
};

/** The fields that `names` stand for, each name for one more from the bottom. */
export const chosen = (fields: readonly string[], names: readonly string[]): string[] => {
  const left = [...fields];
  return names.flatMap((name) => {
    const at = left.map((field) => field.toLowerCase().split(':')[0]?.trim()).lastIndexOf(name);
    return at < 0 ? [] : left.splice(at, 1);
  });
};

const makeKeys = (kind: 'rsa' | 'ed25519', bits: number) =>
  kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ed25519');

/** `bits`: of an RSA key. */
export const makeDkimSigner = (
  kind: 'rsa' | 'ed25519' = 'rsa',
  bits = 2048,
  { publicKey, privateKey } = makeKeys(kind, bits),
): DkimSigner => {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const p = (kind === 'rsa' ? spki : spki.subarray(-32)).toString('base64');
  return {
    record: `v=DKIM1;k=${kind};p=${p}`,
    privateKey,
    sign: (mail, domain, signing = {}) => {
      const { selector = 'mail', header = 'simple', body = 'simple', signed = SIGNED, tags = '' } = signing;
      const end = mail.startsWith('\r\n') ? 0 : mail.indexOf('\r\n\r\n') + 2;
      const fields = mail
        .slice(0, end)
        .split(/\r\n(?![ \t])/)
        .filter((field) => field !== '');
      const digest = createHash('sha256')
        .update(canonicalBody(mail.slice(end + 2), body), 'latin1')
        .digest('base64');
      const names = signed.filter((name) => SIGNED !== signed || chosen(fields, [name]).length > 0);
      const own = `DKIM-Signature: v=1; a=${kind}-sha256; c=${header}/${body}; d=${domain}; s=${selector};${tags} h=${names.join(':')}; bh=${digest}; b=`;
      const lines = [...chosen(fields, names), own].map((field) => canonicalField(field, header));
      const data = Buffer.from(lines.join('\r\n'), 'latin1');
      const signature =
        kind === 'rsa'
          ? signBytes('sha256', data, privateKey)
          : signBytes(null, createHash('sha256').update(data).digest(), privateKey);
      return `${own}${signature.toString('base64')}\r\n${mail}`;
    },
  };
};
