import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Model, PATHS } from '../../model/model.ts';
import { PublicError } from '../lib/public-error.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { replaceLink } from '../lib/replace-link.ts';
import { type Account, DamagedKey, openAccount } from './authorize.ts';
import { liveFolder } from './ensure-certificate.ts';

const { acme } = PATHS;

const yaml = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** A target's folder is read whole: what is half written must not lie in it. */
const writeTarget = (domain: string, names: readonly string[]): void => {
  const temporary = `${acme}/tmp/chatmail`;
  replaceFile(temporary, yaml({ satisfy: { names } }));
  renameSync(temporary, `${acme}/desired/${domain}`);
};

/** Whom acmetool asks, and how it shall prove that we are reached by a name. */
const prepare = ({ acmeDirectory }: Model): void => {
  for (const folder of ['conf', 'desired', 'tmp']) mkdirSync(`${acme}/${folder}`, { recursive: true });
  mkdirSync('/run/acme/acme-challenge', { recursive: true });
  const challenge = { 'http-ports': [], 'http-self-test': false };
  const request = { provider: acmeDirectory, key: { type: 'ecdsa' }, challenge };
  replaceFile(`${acme}/conf/target`, yaml({ request }));
};

interface AcmetoolResult {
  readonly isDone: boolean;
  readonly text: string;
}

/** It may have to wait for the authority, and has no limit of its own. */
const ACMETOOL_MS = 600_000;

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

/**
 * Puts a certificate for an address where acmetool has those of domains, and its key too, so that a backup, a data
 * volume and another relay know it. `url` names it. Throws where the chain is not for this address and key.
 */
export const installAddressCertificate = (address: string, url: string, key: string, chain: string): void => {
  const first = new X509Certificate(chain);
  const privateKey = createPrivateKey(key);
  if (first.checkIP(address) === undefined || !first.checkPrivateKey(privateKey))
    throw new PublicError('the authority gave a certificate for something else');
  const keyId = idOf(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
  const id = idOf(url);
  const end = chain.indexOf('-----END CERTIFICATE-----') + '-----END CERTIFICATE-----\n'.length;
  mkdirSync(`${acme}/keys/${keyId}`, { recursive: true, mode: 0o700 });
  replaceFile(`${acme}/keys/${keyId}/privkey`, key, 0o600);
  const folder = `${acme}/certs/${id}`;
  mkdirSync(folder, { recursive: true });
  const files = { url, cert: chain.slice(0, end), chain: chain.slice(end), fullchain: chain };
  for (const [name, content] of Object.entries(files)) replaceFile(`${folder}/${name}`, content);
  replaceLink(`${folder}/privkey`, `../../keys/${keyId}/privkey`);
  mkdirSync(`${acme}/live`, { recursive: true });
  const before = existsSync(liveFolder(address)) ? realpathSync(liveFolder(address)) : undefined;
  replaceLink(liveFolder(address), `../certs/${id}`);
  // Two a week for ever are too many to keep.
  if (before === undefined || before === folder) return;
  rmSync(dirname(realpathSync(`${before}/privkey`)), { recursive: true });
  rmSync(before, { recursive: true });
};

const acmetool = (...args: string[]): Promise<AcmetoolResult> =>
  new Promise((resolve) => {
    execFile(
      'acmetool',
      ['--batch', '--xlog.severity=info', ...args],
      { timeout: ACMETOOL_MS },
      (error, stdout, stderr) => resolve({ isDone: error === null, text: stdout + stderr }),
    );
  });

/** The key of our account. acmetool makes it, and knows it from then on. */
const accountKey = async ({ acmeDirectory }: Model): Promise<string> => {
  const accounts = `${acme}/accounts`;
  const find = (): string | undefined => {
    if (!existsSync(accounts)) return undefined;
    const at = readdirSync(accounts).find((name) => acmeDirectory.endsWith(`//${decodeURIComponent(name)}`));
    const keys = at ? readdirSync(`${accounts}/${at}`).map((id) => `${accounts}/${at}/${id}/privkey`) : [];
    return keys.find((path) => existsSync(path));
  };
  if (find() === undefined) await acmetool('account-url');
  const path = find() ?? accounts;
  const pem = readFileSync(path, 'utf8');
  if (!/PRIVATE KEY-----\s[\s\S]+-----END/.test(pem))
    throw new DamagedKey(`${path} is not a key: remove its folder to create a new account`);
  return pem;
};

/** Opens our account with the authority; rejects with its {@link Refusal}, or when it does not answer. */
export const openOurAccount = async (model: Model): Promise<Account> => {
  prepare(model);
  return openAccount(model.acmeDirectory, await accountKey(model), model.settings.acme_email);
};

/** Has acmetool get or renew the certificate; to the authority it is proved by now that the names lead here. */
export const reconcile = (domain: string, names: readonly string[]): Promise<AcmetoolResult> => {
  writeTarget(domain, names);
  return acmetool('reconcile');
};

/** The certificate in use: the names it is for, its begin and end. `undefined`: there is none from an authority. */
export const liveCertificate = (domain: string): { names: string; begin: Date; end: Date } | undefined => {
  try {
    const {
      subjectAltName = '',
      validFrom,
      validTo,
    } = new X509Certificate(readFileSync(`${liveFolder(domain)}/fullchain`));
    return { names: subjectAltName, begin: new Date(validFrom), end: new Date(validTo) };
  } catch {
    return undefined;
  }
};
