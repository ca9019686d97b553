/** Without the white space in it: base64 may be folded anywhere. */
export const unfolded = (value: string): string => value.replace(/[ \t\r\n]+/g, '');

/** `a:b:c`, with white space around the colons. */
export const listOf = (value: string): string[] => value.split(':').map(unfolded);

const isSpace = (character: string | undefined): boolean =>
  character !== undefined && ' \t\r\n'.includes(character);

/** Without white space around it. No pattern, which would take long for much of it; no `trim`, which knows other kinds. */
const trimmed = (text: string): string => {
  let [from, to] = [0, text.length];
  while (from < to && isSpace(text[from])) from++;
  while (to > from && isSpace(text[to - 1])) to--;
  return text.slice(from, to);
};

/**
 * The tags of a signature or a key record (RFC 6376 §3.2), in their order; names are case-sensitive. `undefined` where
 * one is malformed or there twice. A semicolon too many is forgiven, as by other verifiers.
 */
export const parseTagList = (text: string): ReadonlyMap<string, string> | undefined => {
  const tags = new Map<string, string>();
  for (const spec of text.split(';').map(trimmed)) {
    if (spec === '') continue;
    const equals = spec.indexOf('=');
    const name = trimmed(spec.slice(0, Math.max(0, equals)));
    if (!/^[A-Za-z]\w*$/.test(name) || tags.has(name)) return undefined;
    tags.set(name, trimmed(spec.slice(equals + 1)));
  }
  return tags;
};
