import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Model } from '../../model/model.ts';
import { PublicError } from '../lib/public-error.ts';
import { replaceFile } from '../lib/replace-file.ts';

const PROGRAM = '/usr/lib/chatmail/data-volume';
const TLS = '/var/lib/chatmail/data/chatmail/tls';

/** The program's own last words are for everybody; what the programs that it runs print is for root. */
export const volumeError = (printed: string): Error => {
  const [said] = printed.match(/^data_volume: .*/gm)?.slice(-1) ?? [];
  return said === undefined
    ? new Error(printed.trim() || 'data_volume: no reason given')
    : new PublicError(said);
};

/**
 * Mounts the volume that the relay's state lives on; nothing to do once it is. In a unit of its own, for what is
 * mounted in a sandbox is not visible elsewhere. Throws with the program's words where the volume cannot be used.
 */
export const mountDataVolume = (volume: string): void => {
  try {
    execFileSync('systemd-run', ['--quiet', '--wait', '--pipe', '--collect', PROGRAM, volume], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (error) {
    throw volumeError(String((error as { stderr?: unknown }).stderr ?? error));
  }
};

const copy = (from: string, to: string): void => {
  if (existsSync(from)) replaceFile(to, readFileSync(from), statSync(from).mode & 0o777);
};

/** The certificate that a relay signed for itself is of its state too: `make` finds that of the machine before. */
export const withKeptCertificate = (
  { settings, isCertified, isAddressCertified, certificate, certificateKey }: Model,
  make: () => void,
): void => {
  const isOwn = !isCertified && !isAddressCertified && settings.tls_external_cert_and_key === undefined;
  const pairs =
    settings.data_volume !== undefined && isOwn
      ? ([
          [`${TLS}/key.pem`, certificateKey],
          [`${TLS}/certificate.pem`, certificate],
        ] as const)
      : [];
  for (const [kept, used] of pairs) copy(kept, used);
  make();
  for (const [kept, used] of pairs) copy(used, kept);
};
