import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGES } from '../model/packages.ts';
import { failure } from '../terminal/failure.ts';
import { VERSION } from '../version.ts';

/** A package as it must be, wherever it is fetched from. */
export interface PinnedPackage {
  /** Its file: `chatmail-relay_0.1.0_all.deb`. */
  readonly name: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
  /** In bytes; no more is read of an answer. */
  readonly size: number;
}

/**
 * Our packages of this version as they are in that folder, byte for byte; `program` is what the
 * user calls ours. Rejects with a failure if one is missing.
 */
export const pinPackages = (folder: string, program: string): Promise<PinnedPackage[]> =>
  Promise.all(
    PACKAGES.map(async (one) => {
      const name = `${one}_${VERSION}_all.deb`;
      const bytes = await readFile(join(folder, name)).catch((cause: unknown) => {
        throw failure(`${join(folder, name)} cannot be read, so its checksum is not known`, {
          hint: `\`${program} package\` builds it; --packages names another folder`,
          cause,
        });
      });
      return { name, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
    }),
  );
