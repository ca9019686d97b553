export interface MimeType {
  /** Type and subtype, in lower case. */
  readonly type: string;
  readonly boundary?: string;
}

const PARAMETER = /\s*;\s*(?:([^\s=;"()]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"()]+)\s*)?/y;

/**
 * A Content-Type (RFC 2045 §5.1) that every reader understands alike; `undefined` for any other: with comments,
 * with a boundary that is repeated, continued (RFC 2231), quoted within, or missing from a multipart. Beside a boundary
 * neither `;` in quotes nor encoded words: some readers, the Delta Chat core's among them, find parameters in them.
 */
export const parseMimeType = (value: string): MimeType | undefined => {
  const type = /^\s*([\w.+-]+\/[\w.+-]+)\s*/.exec(value);
  if (!type?.[1]) return undefined;
  const boundaries: string[] = [];
  let isPlain = true;
  PARAMETER.lastIndex = type[0].length;
  for (let at = PARAMETER.lastIndex; at < value.length; at = PARAMETER.lastIndex) {
    const parameter = PARAMETER.exec(value);
    if (!parameter) return undefined;
    const [, name, text = ''] = parameter;
    isPlain &&= !/;|=\?/.test(text);
    if (/^boundary(\*|$)/i.test(name ?? ''))
      boundaries.push(name?.includes('*') ? '' : text.replace(/^"(.*)"$/s, '$1'));
  }
  const [boundary] = boundaries;
  const name = type[1].toLowerCase();
  if (boundary === undefined) return name.startsWith('multipart/') ? undefined : { type: name };
  // RFC 2046 §5.1.1: up to 70 characters, the last no space
  return isPlain && boundaries.length === 1 && /^[ !#-[\]-~]{0,69}[!#-[\]-~]$/.test(boundary)
    ? { type: name, boundary }
    : undefined;
};
