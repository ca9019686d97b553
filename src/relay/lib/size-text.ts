import { formatSize } from '../../config/size.ts';

const STEP = 1024;

/**
 * Bytes for a person, in the units of the settings: exact where it is short, as `500M`, else rounded to three digits, as
 * `1.53G`. `formatSize` is for what is read back.
 */
export const sizeText = (bytes: number): string => {
  const exact = formatSize(bytes);
  if (exact.length <= 4) return exact;
  const power = Math.min(4, Math.floor(Math.log(bytes) / Math.log(STEP)));
  return `${Number((bytes / STEP ** power).toPrecision(3))}${' KMGT'.charAt(power).trim()}`;
};
