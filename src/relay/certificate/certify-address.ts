import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Model, PATHS } from '../../model/model.ts';
import { log } from '../lib/log.ts';
import { type CertificateState, readState } from '../readiness/state.ts';
import { updateState } from '../readiness/update-state.ts';
import { installAddressCertificate, liveCertificate, openOurAccount } from './acme.ts';
import { afterFailure, isHalfOver, isPausing } from './certify-rules.ts';
import { hasAddressCertificate } from './ensure-certificate.ts';
import { showCertificate } from './show-certificate.ts';

/** A new key, and the request for a certificate of that address (RFC 2986), which has no other name. */
const makeRequest = (address: string): { key: string; csr: Buffer } => {
  const folder = mkdtempSync(`${PATHS.acme}/tmp/request-`);
  try {
    const [key, csr] = [join(folder, 'key'), join(folder, 'csr')];
    // biome-ignore format: one option a line reads worse
    execFileSync('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
      '-subj', '/', '-addext', `subjectAltName=IP:${address}`, '-outform', 'DER', '-keyout', key, '-out', csr],
      { stdio: ['ignore', 'ignore', 'pipe'] });
    return { key: readFileSync(key, 'utf8'), csr: readFileSync(csr) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const SELF_SIGNED = 'the join code tells apps to accept it';

/** How it stands with the certificate of an address, in words. */
export const addressCertificate = (address: string): CertificateState => {
  const end = hasAddressCertificate(address) && liveCertificate(address)?.end;
  return end
    ? { state: 'valid', detail: `until ${end.toISOString().slice(0, 16).replace('T', ' ')} UTC` }
    : { state: 'self-signed', detail: SELF_SIGNED };
};

const request = async (model: Model): Promise<void> => {
  const { host, settings } = model;
  const account = await openOurAccount(model);
  const { key, csr } = makeRequest(host);
  const { url, chain } = await account.certifyAddress(host, csr, settings.acme_profile);
  installAddressCertificate(host, url, key, chain);
};

/**
 * Gets a certificate for the relay's address where there is none, and another one once half of its time is over. What
 * fails is said, and the authority is spared; what the servers show meanwhile stays valid.
 */
const certifyAddress = async (model: Model): Promise<CertificateState> => {
  const { host } = model;
  const { certificate: before } = readState() ?? {};
  const live = hasAddressCertificate(host) ? liveCertificate(host) : undefined;
  if (live && !isHalfOver(live, Date.now())) return addressCertificate(host);
  const nowS = Math.floor(Date.now() / 1000);
  if (before && isPausing(before, nowS)) return before;
  try {
    await request(model);
    return addressCertificate(host);
  } catch (error) {
    const failed = afterFailure(error as Error, addressCertificate(host), (before?.tries ?? 0) + 1, nowS);
    log('warning', `${failed.detail} (${(error as Error).message})`);
    return failed;
  }
};

/**
 * The same, and has the servers show what there is. `changeKind` is called where clients have to be told another way
 * to join: an authority's certificate has come, or has gone.
 */
export const renewAddress = async (model: Model, changeKind: () => void): Promise<CertificateState> => {
  const certificate = await certifyAddress(model);
  const isAnotherKind = hasAddressCertificate(model.host) === model.isSelfSigned;
  // The configuration says so itself, once the servers show it.
  if (!isAnotherKind || certificate.state !== 'valid') updateState({ certificate });
  if (isAnotherKind) changeKind();
  else showCertificate(model);
  return certificate;
};
