/** Position is the power of 1024. */
const UNITS = ' KMGT';

/** Bytes of `500M`, `1G`, `64K` or `31457280`; `undefined` if it is none of these. Factors are 1024. */
export const parseSize = (text: string): number | undefined => {
  const [, digits, unit = ''] = /^(\d+)([KMGT]?)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * 1024 ** UNITS.indexOf(unit || ' ');
};

/** The shortest form that `parseSize` reads back to the same number: `524288000` is `500M`. */
export const formatSize = (bytes: number): string => {
  const power = [4, 3, 2, 1].find((n) => bytes > 0 && bytes % 1024 ** n === 0) ?? 0;
  return bytes / 1024 ** power + UNITS.charAt(power).trim();
};

/** What was probably meant: `500 MB` is `500M`. */
export const similarSize = (text: string): string | undefined => {
  const similar = text.toUpperCase().replace(/\s|I?B(YTES?)?$/g, '');
  return parseSize(similar) === undefined ? undefined : similar;
};
