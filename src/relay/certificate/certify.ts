import { caaOf } from '../../dns/check-zone.ts';
import type { CheckedRecord } from '../../dns/compare.ts';
import type { Model } from '../../model/model.ts';
import { lookAtDns } from '../readiness/look-at-dns.ts';
import { type CertificateState, readState } from '../readiness/state.ts';
import { updateState } from '../readiness/update-state.ts';
import { SHORT_LIVED } from './account.ts';
import { renewAddress } from './certify-address.ts';
import {
  caaObstacle,
  hostsToRequest,
  isDue,
  isPausing,
  leadsHere,
  namesToCertify,
  withFailure,
} from './certify-rules.ts';
import { covers, liveCertificate, validCertificate } from './live-certificate.ts';
import { attempt, type KnownAccount, openOurAccount, request } from './request.ts';
import { showCertificate } from './show-certificate.ts';

/** Our account, which is opened when DNS points here, so that the advice on CAA records is complete. */
const ourAccount = async (model: Model): Promise<KnownAccount> => {
  const { account, authority } = readState() ?? {};
  if (account !== undefined && authority?.directory === model.acmeDirectory) return { account, authority };
  return (await openOurAccount(model)).known;
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
  const { domain, settings } = model;
  const { certificate: before, addresses = {} } = readState() ?? {};
  const live = liveCertificate(domain);
  const valid = validCertificate(domain);
  const names = namesToCertify(domain, dns, live);
  const isNeeded = !valid || (isRenewal && isDue(live, Date.now()));
  if (!isNeeded && covers(live, names)) return valid;
  if (!leadsHere(domain, dns))
    return valid ?? { ...before, state: 'waiting', detail: 'until the domain points only to this machine' };
  if (before && isPausing(before, Date.now())) return before;
  return attempt(valid, async () => {
    const { account, authority } = await ourAccount(model);
    const obstacle = caaObstacle(await caaOf(domain), authority.issuers, account);
    if (obstacle !== undefined) return withFailure(valid, obstacle);
    if (!valid)
      updateState({ certificate: { ...before, state: 'waiting', detail: 'for the certificate authority' } });
    // Let's Encrypt has addresses in this profile only.
    const further = settings.acme_profile === SHORT_LIVED ? Object.values(addresses) : [];
    const sets = [...(further[0] ? [[...names, ...further]] : []), names, [domain]];
    const issued = await request(model, hostsToRequest(sets, isNeeded, before));
    showCertificate(model);
    return issued;
  });
};

/** What the timer does every four hours, once the relay is ready. `changeKind`: as {@link renewAddress} has it. */
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
  showCertificate(model);
  updateState({ certificate });
  return certificate.state === 'valid' ? 0 : 1;
};
