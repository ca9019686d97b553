import { readlinkSync } from 'node:fs';
import { caaOf, checkZone } from '../../dns/check-zone.ts';
import type { CheckedRecord } from '../../dns/compare.ts';
import type { Model } from '../../model/model.ts';
import { issuerOf } from '../../model/zone.ts';
import { type CertificateState, readState, updateState } from '../lib/state.ts';
import { recordsOf } from '../lib/zone-facts.ts';
import { accountUrl, liveCertificate, requestCertificate } from './acme.ts';
import {
  caaObstacle,
  coversAll,
  explainFailure,
  isPausing,
  leadsHere,
  namesToCertify,
  pauseAfter,
} from './certify-rules.ts';
import { ensureCertificate, liveFolder } from './keys.ts';
import { learnAddress } from './learn-address.ts';
import { reload, unitsFor } from './units.ts';

/** What public DNS says of this relay now. */
export const lookAtDns = async (model: Model): Promise<CheckedRecord[]> => {
  await learnAddress(model.domain);
  const { zone, reverse } = recordsOf(model, readState() ?? {});
  return checkZone(model.domain, [...zone, ...reverse]);
};

const linkTo = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

const nowS = (): number => Math.floor(Date.now() / 1000);

/** The certificate in use, in words, while it is valid. */
export const validCertificate = (domain: string): CertificateState | undefined => {
  const live = liveCertificate(domain);
  return live && live.end.getTime() > Date.now()
    ? { state: 'valid', detail: `until ${live.end.toISOString().slice(0, 10)}` }
    : undefined;
};

/** What went wrong, beside the certificate that may still be there. */
const withFailure = (valid: CertificateState | undefined, detail: string): CertificateState =>
  valid ? { ...valid, detail: `${valid.detail}, but ${detail}` } : { state: 'failed', detail };

let isAccountAsked = false;

/** Our account, also where another relay's state was brought here with it; asked once, and not every few seconds. */
const knownAccount = async (model: Model): Promise<string | undefined> => {
  const { account } = readState() ?? {};
  if (account !== undefined || isAccountAsked) return account;
  isAccountAsked = true;
  const found = await accountUrl(model);
  updateState({ account: found });
  return found;
};

/** Asks the authority, and has the servers read what it gave. */
const request = async (model: Model, names: readonly string[], tries: number): Promise<CertificateState> => {
  const { domain } = model;
  const before = linkTo(liveFolder(domain));
  const { isDone, text } = await requestCertificate(model, names);
  const isAnother = linkTo(liveFolder(domain)) !== before;
  if (ensureCertificate(model) || isAnother) reload(unitsFor([model.certificate]), false);
  const account = await accountUrl(model);
  if (account !== undefined) updateState({ account });
  const valid = validCertificate(domain);
  if (isDone && valid) return valid;
  const { isRefused, detail } = explainFailure(text);
  process.stderr.write(`${detail}\n`);
  const pausing = { tries, retryAt: nowS() + pauseAfter(tries, isRefused) };
  return { ...withFailure(valid, detail), ...pausing };
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
  const { domain, acmeDirectory } = model;
  const { certificate } = readState() ?? {};
  const live = liveCertificate(domain);
  const valid = validCertificate(domain);
  const names = namesToCertify(domain, dns, live?.names);
  if (valid) await knownAccount(model);
  if (valid && !isRenewal && coversAll(live?.names, names)) return valid;
  if (!leadsHere(domain, dns))
    return valid ?? { ...certificate, state: 'waiting', detail: 'until DNS leads here and nowhere else' };
  if (certificate && isPausing(certificate, nowS())) return certificate;
  const account = await knownAccount(model);
  const obstacle = caaObstacle(await caaOf(domain), issuerOf(acmeDirectory), account);
  if (obstacle !== undefined) return withFailure(valid, obstacle);
  const tries = (certificate?.tries ?? 0) + 1;
  if (!valid)
    updateState({
      certificate: { ...certificate, state: 'waiting', detail: 'for the certificate authority' },
    });
  // The further names must not be what keeps the domain itself waiting.
  return request(model, valid || tries % 2 ? names : [domain], tries);
};

/** What the timer does twice a day, once the relay is ready. */
export const renew = async (model: Model): Promise<number> => {
  if (!model.isCertified || readState()?.state !== 'ready') return 0;
  const dns = await lookAtDns(model);
  updateState({ dns });
  const certificate = await certify(model, dns, true);
  updateState({ certificate });
  return certificate.state === 'valid' ? 0 : 1;
};
