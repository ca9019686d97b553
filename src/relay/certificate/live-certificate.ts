import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP, isIPv4 } from 'node:net';
import { PATHS } from '../../model/model.ts';
import type { CertificateState } from '../readiness/state.ts';

/** The first certificate of a file, where its key is in the other one; `undefined`: there is none. */
export const readCertificate = (certificate: string, certificateKey: string): X509Certificate | undefined => {
  try {
    const parsed = new X509Certificate(readFileSync(certificate));
    return parsed.checkPrivateKey(createPrivateKey(readFileSync(certificateKey))) ? parsed : undefined;
  } catch {
    return undefined;
  }
};

/** Whether a certificate is for all of these names and addresses. */
export const covers = (certificate: X509Certificate | undefined, hosts: readonly string[]): boolean =>
  hosts.every(
    (host) => (isIP(host) ? certificate?.checkIP(host) : certificate?.checkHost(host)) !== undefined,
  );

/** Where acmetool has the certificate in use for that name or address. */
export const liveFolder = (host: string): string => `${PATHS.acme}/live/${host}`;

/** The certificate in use, with its key. `undefined`: there is none from an authority. */
export const liveCertificate = (host: string): X509Certificate | undefined => {
  const live = liveFolder(host);
  const found = readCertificate(`${live}/fullchain`, `${live}/privkey`);
  return covers(found, [host]) ? found : undefined;
};

const HOUR_MS = 3_600_000;
/** The timer that renews comes every four hours: of an address, one that may end before is not shown. */
const SPARE_MS = 5 * HOUR_MS;
/** By then it should have been renewed long ago. */
const TWO_DAYS_MS = 48 * HOUR_MS;

/** The certificate in use, in words, while it is valid. */
export const validCertificate = (host: string, now = Date.now()): CertificateState | undefined => {
  const live = liveCertificate(host);
  if (live === undefined) return undefined;
  const end = Date.parse(live.validTo);
  const left = end - now;
  if (left <= (isIPv4(host) ? SPARE_MS : 0)) return undefined;
  const detail = `until ${new Date(end).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { state: 'valid', detail, ...(left < TWO_DAYS_MS && { isEnding: true }) };
};
