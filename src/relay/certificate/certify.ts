import { caaOf } from '../../dns/check-zone.ts';
import type { CheckedRecord } from '../../dns/compare.ts';
import type { Model } from '../../model/model.ts';
import { issuerOf } from '../../model/zone.ts';
import { log } from '../lib/log.ts';
import { lookAtDns } from '../readiness/look-at-dns.ts';
import { type CertificateState, readState, type State } from '../readiness/state.ts';
import { updateState } from '../readiness/update-state.ts';
import { liveCertificate, openOurAccount, reconcile } from './acme.ts';
import type { Account } from './authorize.ts';
import { renewAddress } from './certify-address.ts';
import {
  afterFailure,
  caaObstacle,
  coversAll,
  failureIn,
  isPausing,
  leadsHere,
  namesToCertify,
  withFailure,
} from './certify-rules.ts';
import { showCertificate } from './show-certificate.ts';

const nowS = (): number => Math.floor(Date.now() / 1000);

/** The certificate in use, in words, while it is valid. */
export const validCertificate = (domain: string): CertificateState | undefined => {
  const live = liveCertificate(domain);
  return live && live.end.getTime() > Date.now()
    ? { state: 'valid', detail: `until ${live.end.toISOString().slice(0, 10)}` }
    : undefined;
};

/** Our account at the authority, and what it calls itself: kept, with what was found out once. */
interface KnownAccount {
  readonly account: string;
  readonly authority: NonNullable<State['authority']>;
}

/** Opens our account, and keeps what the authority says of itself. */
const openAccount = async (model: Model): Promise<{ known: KnownAccount; opened: Account }> => {
  const opened = await openOurAccount(model);
  const directory = model.acmeDirectory;
  const issuers = opened.issuers[0] === undefined ? [issuerOf(directory)] : opened.issuers;
  const known = { account: opened.url, authority: { directory, issuers } };
  updateState(known);
  return { known, opened };
};

/** Our account, which is opened when DNS points here, so that the advice on CAA records is complete. */
const ourAccount = async (model: Model): Promise<KnownAccount> => {
  const { account, authority } = readState() ?? {};
  if (account !== undefined && authority?.directory === model.acmeDirectory) return { account, authority };
  return (await openAccount(model)).known;
};

/** Proves that the names lead here, gets the certificate, and has the servers read it. Rejects with what failed. */
const request = async (model: Model, names: readonly string[]): Promise<CertificateState> => {
  const { domain } = model;
  const { opened } = await openAccount(model);
  await opened.authorize(names);
  const { isDone, text } = await reconcile(domain, names);
  showCertificate(model);
  const valid = validCertificate(domain);
  if (isDone && valid) return valid;
  throw failureIn(text);
};

/**
 * Gets the certificate when DNS leads here, and a new one when further names lead here or, with `isRenewal`, the
 * old one comes to its end. Whatever is not as it must be is said, and the authority is spared.
 */
export const certify = async (
  model: Model,
  dns: readonly CheckedRecord[],
  isRenewal = false,
): Promise<CertificateState> => {
  const { domain } = model;
  const { certificate } = readState() ?? {};
  const live = liveCertificate(domain);
  const valid = validCertificate(domain);
  const names = namesToCertify(domain, dns, live?.names);
  if (valid && !isRenewal && coversAll(live?.names, names)) return valid;
  if (!leadsHere(domain, dns))
    return (
      valid ?? { ...certificate, state: 'waiting', detail: 'until the domain points only to this machine' }
    );
  if (certificate && isPausing(certificate, nowS())) return certificate;
  const tries = (certificate?.tries ?? 0) + 1;
  try {
    const { account, authority } = await ourAccount(model);
    const obstacle = caaObstacle(await caaOf(domain), authority.issuers, account);
    if (obstacle !== undefined) return withFailure(valid, obstacle);
    if (!valid)
      updateState({
        certificate: { ...certificate, state: 'waiting', detail: 'for the certificate authority' },
      });
    // The further names must not be what keeps the domain itself waiting: every other time it goes alone.
    const isAlone = !valid && certificate?.isRefused && tries % 2 === 0;
    return await request(model, isAlone ? [domain] : names);
  } catch (error) {
    const failed = afterFailure(error as Error, valid, tries, nowS());
    log('warning', `${failed.detail} (${(error as Error).message})`);
    return failed;
  }
};

/** What the timer does twice a day, once the relay is ready. `changeKind`: as {@link renewAddress} has it. */
export const renew = async (model: Model, changeKind: () => void): Promise<number> => {
  if (readState()?.state !== 'ready') return 0;
  // The home page no longer shows what it shows only while the relay is new.
  updateState({});
  if (model.isAddressCertified) return (await renewAddress(model, changeKind)).state === 'valid' ? 0 : 1;
  if (model.isIpOnly) return 0;
  const dns = await lookAtDns(model);
  updateState({ dns });
  if (!model.isCertified) return 0;
  const certificate = await certify(model, dns, true);
  updateState({ certificate });
  return certificate.state === 'valid' ? 0 : 1;
};
