import type { Cloud, Limit } from './cloud.ts';

/** The most bytes of text. Four characters of base64 hold three bytes. */
export const maxTextBytes = ({ bytes, of }: Limit): number =>
  of === 'text' ? bytes : Math.floor(bytes / 4) * 3;

/** Whether a text of so many bytes may be pasted, as far as is known. */
export const fits = ({ userData: { limit } }: Cloud, bytes: number): boolean =>
  limit === undefined || maxTextBytes(limit.value) >= bytes;

/** Whether a text of so many bytes may be pasted for certain. */
export const isKnownToFit = (cloud: Cloud, bytes: number): boolean => {
  const { limit } = cloud.userData;
  return limit !== undefined && limit.certainty !== 'unconfirmed' && fits(cloud, bytes);
};

/** Whether compressed bytes reach cloud-init as they are. */
export const takesGzip = ({ userData: { gzip } }: Cloud): boolean =>
  gzip?.value === 'as it is' && gzip.certainty !== 'unconfirmed';
