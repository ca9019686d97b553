import { createHash } from 'node:crypto';

/** SHA-256 in hexadecimal. */
export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/**
 * A name for the whole of some inputs: 64 hexadecimal digits that change when any of them does. The order of
 * members does not count, so the same inputs have the same name in every version of the program.
 */
export const keyOf = (inputs: Readonly<Record<string, unknown>>): string =>
  sha256(JSON.stringify(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))));

/**
 * A UUID (RFC 9562 §5.8, version 8) for one purpose, drawn from a key, so that an image made of the same has
 * the same, and two different images have different ones.
 */
export const uuidOf = (key: string, purpose: string): string => {
  const hex = sha256(`${key}/${purpose}`);
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
};
