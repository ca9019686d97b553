import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { PATHS } from '../../model/model.ts';
import { PublicError } from '../lib/public-error.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { replaceLink } from '../lib/replace-link.ts';
import { DamagedKey } from './account.ts';
import { covers, liveFolder } from './live-certificate.ts';

/*
 * Accounts and certificates are where acmetool has them and in its way, so that a backup, a data volume, a relay of
 * another kind and acmetool itself know them.
 */

const { acme } = PATHS;

/** acmetool's name for a certificate or a key: base32 in lower case, without padding (RFC 4648 §6). */
const idOf = (what: string | Buffer): string => {
  const digits = 'abcdefghijklmnopqrstuvwxyz234567';
  const bits = [...createHash('sha256').update(what).digest()].map((byte) =>
    byte.toString(2).padStart(8, '0'),
  );
  return (bits.join('').match(/.{1,5}/g) ?? [])
    .map((five) => digits[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('');
};

/** Keeps a key, in PEM, below its name; the path. */
const keepKey = (folder: string, key: string): string => {
  const id = idOf(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  mkdirSync(`${folder}/${id}`, { recursive: true, mode: 0o700 });
  const path = `${folder}/${id}/privkey`;
  replaceFile(path, key, 0o600);
  return path;
};

/**
 * Puts a certificate and its key in use for these names and addresses; `url` names it. What was in use
 * for the first of them goes, unless it is for others. Throws where the chain is not for them and the key.
 */
export const installCertificate = (
  hosts: readonly string[],
  url: string,
  key: string,
  chain: string,
): void => {
  const first = new X509Certificate(chain);
  if (!covers(first, hosts) || !first.checkPrivateKey(createPrivateKey(key)))
    throw new PublicError('the authority gave a certificate for something else');
  const id = idOf(url);
  const end = chain.indexOf('-----END CERTIFICATE-----') + '-----END CERTIFICATE-----\n'.length;
  const keyPath = keepKey(`${acme}/keys`, key);
  const folder = `${acme}/certs/${id}`;
  mkdirSync(folder, { recursive: true });
  const files = { url, cert: chain.slice(0, end), chain: chain.slice(end), fullchain: chain };
  for (const [name, content] of Object.entries(files)) replaceFile(`${folder}/${name}`, content);
  replaceLink(`${folder}/privkey`, keyPath.replace(acme, '../..'));
  const live = liveFolder('');
  mkdirSync(live, { recursive: true });
  const before = inUse(hosts[0] ?? '');
  for (const host of hosts) replaceLink(liveFolder(host), `../certs/${id}`);
  // Three a week for ever are too many to keep.
  if (before === undefined || before === folder || readdirSync(live).some((name) => inUse(name) === before))
    return;
  // By name, so that what an operator has linked to stays.
  const keyFolder = dirname(realpathSync(`${before}/privkey`));
  for (const name of [`keys/${basename(keyFolder)}`, `certs/${basename(before)}`])
    rmSync(`${acme}/${name}`, { recursive: true, force: true });
};

/** Where the certificate is that is in use for a host. */
const inUse = (host: string): string | undefined =>
  existsSync(liveFolder(host)) ? realpathSync(liveFolder(host)) : undefined;

/** The key of our account with the authority of that directory, in PEM: the one that is there, or a new one. */
export const accountKey = (directory: string): string => {
  const accounts = `${acme}/accounts`;
  mkdirSync(accounts, { recursive: true, mode: 0o700 });
  const at = readdirSync(accounts).find((name) => directory.endsWith(`//${decodeURIComponent(name)}`));
  const keys = at ? readdirSync(`${accounts}/${at}`).map((id) => `${accounts}/${at}/${id}/privkey`) : [];
  const found = keys.find((path) => existsSync(path));
  if (found === undefined) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'sec1', format: 'pem' }) as string;
    const name = encodeURIComponent(directory.replace(/^.*?:\/\//, ''));
    keepKey(`${accounts}/${name.replace(/%../g, (code) => code.toLowerCase())}`, pem);
    return pem;
  }
  const pem = readFileSync(found, 'utf8');
  if (!/PRIVATE KEY-----\s[\s\S]+-----END/.test(pem))
    throw new DamagedKey(`${found} is not a key: remove its folder to create a new account`);
  return pem;
};
