import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../program/run.ts';

/** Signs with one OpenPGP key, in a GnuPG home of its own: the user's keys and agent are not touched. */
export interface Signer extends Verifier {
  /** The text with its signature around it (RFC 9580 §7). */
  clearsign(text: string, signed: string): Promise<void>;
  /** The signature alone, in ASCII armour. */
  detach(file: string, signature: string): Promise<void>;
}

/** Verifies what one OpenPGP key has signed. */
interface Verifier {
  /** In ASCII armour. */
  readonly publicKey: string;
  /** Rejects unless it is a signature of this key. */
  verify(file: string, signature: string): Promise<void>;
  /** The text inside a signature of this key around it. Rejects unless it is one. */
  verifiedText(file: string): Promise<string>;
}

type Gpg = (...args: readonly string[]) => Promise<string>;

/** Runs `use` with a GnuPG that has a home of its own, which is gone afterwards, as is its agent. */
const withGnupg = async <T>(use: (gpg: Gpg) => Promise<T>): Promise<T> => {
  // mkdtemp gives it to us alone. An agent's socket needs a short path.
  const home = await mkdtemp(join(tmpdir(), 'release-'));
  const options = { env: { GNUPGHOME: home } };
  try {
    return await use((...args) =>
      run(['gpg', '--batch', '--quiet', '--no-tty', '--armor', ...args], options),
    );
  } finally {
    await run(['gpgconf', '--kill', 'all'], options).catch(() => undefined);
    await rm(home, { recursive: true, force: true });
  }
};

/**
 * Makes a key that can only sign, and writes it to a new file that only its owner can read. Ed25519, which apt of
 * Debian 12 and 13 verifies. Rejects with EEXIST where the file exists.
 */
export const createKey = (file: string): Promise<void> =>
  withGnupg(async (gpg) => {
    // Which ciphers its owner likes to be written in matters to nobody; the public key travels in the text.
    const plain = ['--passphrase', '', '--default-preference-list', 'SHA512'];
    await gpg(...plain, '--quick-gen-key', 'chatmail-image release', 'ed25519', 'sign', 'never');
    await writeFile(file, `${await gpg('--export-secret-keys')}\n`, { mode: 0o600, flag: 'wx' });
  });

const verifierOf = async (gpg: Gpg): Promise<Verifier> => ({
  publicKey: await gpg('--export-options', 'export-minimal', '--export'),
  verify: async (file, signature) => {
    await gpg('--verify', signature, file);
  },
  verifiedText: (file) => gpg('--output', '-', '--verify', file),
});

/** Runs `use` with the key in that file; it is named on the command line, its content is not. */
export const withSigner = <T>(keyFile: string, use: (signer: Signer) => Promise<T>): Promise<T> =>
  withGnupg(async (gpg) => {
    await gpg('--import', keyFile);
    const sign = async (how: string, file: string, output: string) => {
      await gpg('--yes', '--output', output, how, file);
    };
    const clearsign = async (text: string, signed: string) => {
      // Who reads while it is written finds the one before.
      await writeFile(`${signed}.part`, text);
      await sign('--clearsign', `${signed}.part`, `${signed}.part.asc`);
      await rename(`${signed}.part.asc`, signed);
      await rm(`${signed}.part`);
    };
    const detach = (file: string, signature: string) => sign('--detach-sign', file, signature);
    return use({ ...(await verifierOf(gpg)), clearsign, detach });
  });

/** Runs `use` with the key in that file, of which the public half is enough. Rejects where it has none. */
export const withVerifier = <T>(keyFile: string, use: (verifier: Verifier) => Promise<T>): Promise<T> =>
  withGnupg(async (gpg) => {
    await gpg('--import', keyFile);
    return use(await verifierOf(gpg));
  });
