import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Size in bytes and SHA-256 of a file. */
export const digestFile = async (
  file: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly size: number; readonly sha256: string }> => {
  const hash = createHash('sha256');
  await pipeline(
    createReadStream(file, { highWaterMark: 1 << 20 }),
    hash,
    signal === undefined ? {} : { signal },
  );
  return { size: (await stat(file)).size, sha256: hash.digest('hex') };
};
