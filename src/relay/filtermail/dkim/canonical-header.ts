import type { Canonicalization, Field, Signature } from './signature.ts';

/** What a field is called, however it is written. */
export const plainName = (name: string): string => name.trimEnd().toLowerCase();

/** RFC 5322 §2.2, and white space before the colon, as of old (§4.5). Of any other name readers may make another one. */
export const isFieldName = (name: string): boolean => /^[!-9;-~]+[ \t]*$/.test(name);

/** RFC 6376 §3.4.1 and §3.4.2, without the end of the line. */
export const canonicalField = ({ name, value }: Field, how: Canonicalization): string =>
  how === 'simple'
    ? `${name}:${value.replaceAll('\n', '\r\n')}`
    : `${plainName(name)}:${value
        .replaceAll('\n', '')
        .replace(/[ \t]+/g, ' ')
        .replace(/^ | $/g, '')}`;

/** The signature's own field, in which `b=` has no value (RFC 6376 §3.5). */
const unsigned = ({ name, value }: Field): Field => ({
  name,
  value: value.replace(/(^|;)([ \t\r\n]*b[ \t\r\n]*=)[^;]*/, '$1$2'),
});

/** Header fields by name in lower case, the last one first. */
const byName = (fields: readonly Field[], own: Field): Map<string, Field[]> => {
  const found = new Map<string, Field[]>();
  for (const field of fields) {
    if (field === own) continue;
    const name = plainName(field.name);
    const others = found.get(name);
    if (others) others.push(field);
    else found.set(name, [field]);
  }
  return found;
};

/**
 * What a signature signs of a header (RFC 6376 §3.7). A name that is listed more than once means one field more, from
 * the bottom; where there is none it stands for nothing, so that none can be added (§5.4.2).
 */
export const signedHeader = (fields: readonly Field[], { field, signed, header }: Signature): Buffer => {
  const left = byName(fields, field);
  const lines = signed.flatMap((name) => {
    const next = left.get(name)?.pop();
    return next ? `${canonicalField(next, header)}\r\n` : [];
  });
  return Buffer.from(lines.join('') + canonicalField(unsigned(field), header), 'latin1');
};
