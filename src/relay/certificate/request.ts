import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Model, PATHS } from '../../model/model.ts';
import { issuerOf } from '../../model/zone.ts';
import { log } from '../lib/log.ts';
import { PublicError } from '../lib/public-error.ts';
import { readText } from '../lib/read-text.ts';
import { type CertificateState, readState, type State } from '../readiness/state.ts';
import { updateState } from '../readiness/update-state.ts';
import { type Account, type Binding, DamagedKey, openAccount } from './account.ts';
import { accountKey, installCertificate } from './acme.ts';
import { afterFailure } from './certify-rules.ts';
import { validCertificate } from './live-certificate.ts';
import { makeKey } from './make-key.ts';

const makeRequest = (hosts: readonly string[]): { key: string; csr: Buffer } => {
  mkdirSync(`${PATHS.acme}/tmp`, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(`${PATHS.acme}/tmp/request-`);
  try {
    const [key, csr] = [join(folder, 'key'), join(folder, 'csr')];
    makeKey(hosts, key, csr, '-subj', '/', '-outform', 'DER');
    return { key: readFileSync(key, 'utf8'), csr: readFileSync(csr) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Our account at the authority, and what it calls itself: kept, with what was found out once. */
export interface KnownAccount {
  readonly account: string;
  readonly authority: NonNullable<State['authority']>;
}

/** What our account is bound to, where the authority wants that: its identifier and its key. */
const BINDING = '/etc/chatmail/acme-eab';

/** Throws where there is something else than two words. */
export const bindingIn = (text: string | undefined): Binding | undefined => {
  if (text === undefined) return undefined;
  const [id, key, ...more] = text.trim().split(/\s+/);
  if (id && key && !more[0]) return { id, key };
  throw new DamagedKey(`${BINDING} must have two words: a key identifier and a key`);
};

/** Opens our account, and keeps what the authority says of itself. */
export const openOurAccount = async (model: Model): Promise<{ known: KnownAccount; opened: Account }> => {
  const { acmeDirectory: directory, settings } = model;
  const options = { email: settings.acme_email, binding: bindingIn(readText(BINDING)) };
  const opened = await openAccount(directory, accountKey(directory), options);
  const issuers = opened.issuers[0] === undefined ? [issuerOf(directory)] : opened.issuers;
  const known = { account: opened.url, authority: { directory, issuers } };
  updateState(known);
  return { known, opened };
};

/** Gets a certificate for these names and addresses, the relay's own first. Rejects with what failed. */
export const request = async (model: Model, hosts: readonly string[]): Promise<CertificateState> => {
  const { opened } = await openOurAccount(model);
  const { key, csr } = makeRequest(hosts);
  const { url, chain } = await opened.certify(hosts, csr, model.settings.acme_profile);
  installCertificate(hosts, url, key, chain);
  const valid = validCertificate(model.host);
  if (valid) return valid;
  throw new PublicError('its certificate ends too soon');
};

/** What there is after `act`. What fails is said, and the authority is spared; `found` stays valid meanwhile. */
export const attempt = async (
  found: CertificateState | undefined,
  act: () => Promise<CertificateState>,
): Promise<CertificateState> => {
  try {
    return await act();
  } catch (error) {
    const tries = (readState()?.certificate?.tries ?? 0) + 1;
    const failed = afterFailure(error as Error, found, tries, Date.now());
    log('warning', `${failed.detail} (${(error as Error).message})`);
    return failed;
  }
};
