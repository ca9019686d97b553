/**
 * Stands in for what checks of settings use of `node:net` and `node:url`; esbuild puts it in their place (`build.ts`). The
 * same answers as Node's (`test/text-maker/node.test.ts`).
 */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

export const isIPv4 = (text: string): boolean => IPV4.test(text);

/** RFC 4291 §2.2, with a zone as RFC 4007 §11 writes it. */
export const isIPv6 = (text: string): boolean => {
  const [address = '', zone, ...more] = text.split('%');
  if (more.length > 0 || (zone !== undefined && !/^[\da-zA-Z.:-]+$/.test(zone))) return false;
  const last = /:(\d+(?:\.\d+)+)$/.exec(address)?.[1];
  if (last !== undefined && !isIPv4(last)) return false;
  // An IPv4 address takes the place of two groups.
  const plain = last === undefined ? address : `${address.slice(0, -last.length)}0:0`;
  const [left = '', right, ...parts] = plain.split('::');
  if (parts.length > 0) return false;
  const groups = [left, right ?? ''].flatMap((half) => (half === '' ? [] : half.split(':')));
  const isComplete = right === undefined ? groups.length === 8 : groups.length < 8;
  return isComplete && groups.every((group) => /^[\da-f]{1,4}$/i.test(group));
};

/** 4 or 6, or 0 for anything else. */
export const isIP = (text: string): number => (isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0);

/** A browser's own URLs do the same. Empty for what is no domain. */
export const domainToASCII = (domain: string): string => {
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return '';
  }
};
