import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { type Model, PATHS } from '../../model/model.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { liveFolder } from './keys.ts';

const { acme } = PATHS;
const RESPONSES = `${acme}/conf/responses`;

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

export interface Said {
  readonly isDone: boolean;
  readonly text: string;
}

const acmetool = (...args: string[]): Promise<Said> =>
  new Promise((resolve) => {
    execFile('acmetool', ['--batch', '--xlog.severity=info', ...args], (error, stdout, stderr) =>
      resolve({ isDone: error === null, text: stdout + stderr }),
    );
  });

const reconcile = () => acmetool('reconcile');

/**
 * Has acmetool get or renew the certificate. The authority's terms are in the question that stays unanswered
 * the first time, and so they need no other place to be known from.
 */
export const requestCertificate = async (model: Model, names: readonly string[]): Promise<Said> => {
  prepare(model);
  writeTarget(model.domain, names);
  const said = await reconcile();
  const [, agreement] = /cannot respond: "(acme-agreement:.*?)"/.exec(said.text) ?? [];
  if (agreement === undefined) return said;
  replaceFile(RESPONSES, yaml({ 'acme-enter-email': model.settings.acme_email ?? '', [agreement]: true }));
  return reconcile();
};

/** The URL of our account. `undefined`: there is none, which is seen here, or the authority does not answer. */
export const accountUrl = async (model: Model): Promise<string | undefined> => {
  if (!existsSync(`${acme}/accounts`)) return undefined;
  prepare(model);
  return /^https?:\S+$/m.exec((await acmetool('account-url')).text)?.[0];
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
