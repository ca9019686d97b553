import { gzipSync } from 'node:zlib';

/** A text as cloud-init unpacks it by itself. */
export const compress = (text: string): Uint8Array => gzipSync(text, { level: 9 });
