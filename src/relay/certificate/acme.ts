import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { type Model, PATHS } from '../../model/model.ts';
import { replaceFile } from '../lib/replace-file.ts';
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

/** It may have to wait for the authority, and does so without a limit of its own. */
const ACMETOOL_MS = 600_000;

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
    throw new DamagedKey(`${path} is no key: remove its folder, and a new account is made`);
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

/** The certificate in use: the names it is for and when it ends. `undefined`: there is none from an authority. */
export const liveCertificate = (domain: string): { names: string; end: Date } | undefined => {
  try {
    const { subjectAltName = '', validTo } = new X509Certificate(
      readFileSync(`${liveFolder(domain)}/fullchain`),
    );
    return { names: subjectAltName, end: new Date(validTo) };
  } catch {
    return undefined;
  }
};
