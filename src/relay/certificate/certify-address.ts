import type { Model } from '../../model/model.ts';
import { type CertificateState, readState } from '../readiness/state.ts';
import { updateState } from '../readiness/update-state.ts';
import { hostsToRequest, isDue, isPausing } from './certify-rules.ts';
import { liveCertificate, validCertificate } from './live-certificate.ts';
import { attempt, request } from './request.ts';
import { showCertificate } from './show-certificate.ts';

/** How it stands with the certificate of an address, in words. */
export const addressCertificate = (address: string): CertificateState =>
  validCertificate(address) ?? { state: 'self-signed', detail: 'the join code tells apps to accept it' };

/**
 * Gets a certificate for the relay's addresses where there is none, and another one in time. One for the IPv6 address
 * too, unless the authority refuses that: the relay is known by the other one.
 */
const certifyAddress = async (model: Model): Promise<CertificateState> => {
  const { host } = model;
  const { certificate: before, addresses } = readState() ?? {};
  const found = addressCertificate(host);
  if (found.state === 'valid' && !isDue(liveCertificate(host), Date.now())) return found;
  if (before && isPausing(before, Date.now())) return before;
  const hosts = hostsToRequest([[host, addresses?.ipv6 ?? []].flat(), [host]], true, before);
  return attempt(found, () => request(model, hosts));
};

/**
 * The same, and has the servers show what there is. `changeKind` is called where clients have to be told another way
 * to join: an authority's certificate has come, or has gone.
 */
export const renewAddress = async (model: Model, changeKind: () => void): Promise<CertificateState> => {
  const certificate = await certifyAddress(model);
  const isAnotherKind = (validCertificate(model.host) !== undefined) === model.isSelfSigned;
  // The configuration says so itself, once the servers show it.
  if (!isAnotherKind || certificate.state !== 'valid') updateState({ certificate });
  if (isAnotherKind) changeKind();
  else showCertificate(model);
  return certificate;
};
