import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isIPv4 } from 'node:net';
import { dirname } from 'node:path';
import type { Model } from '../../model/model.ts';
import { PATHS } from '../../model/model.ts';
import { replaceLink } from '../lib/replace-link.ts';

const namesOf = (host: string): string =>
  isIPv4(host) ? `IP:${host}` : [host, `www.${host}`, `mta-sts.${host}`].map((name) => `DNS:${name}`).join();

/** A certificate for that name or address, with its own key beside it. */
export const isFor = (host: string, certificate: string, certificateKey: string): boolean => {
  try {
    const parsed = new X509Certificate(readFileSync(certificate));
    if (!parsed.checkPrivateKey(createPrivateKey(readFileSync(certificateKey)))) return false;
    return (isIPv4(host) ? parsed.checkIP(host) : parsed.checkHost(host)) !== undefined;
  } catch {
    return false;
  }
};

/**
 * A certificate of our own for the relay's name or address, unless one is there already. Clients of a
 * self-signed relay are told not to check it; 100 years, because nothing renews it.
 */
const sign = (host: string, certificate: string, certificateKey: string): boolean => {
  if (isFor(host, certificate, certificateKey)) return false;
  mkdirSync(dirname(certificate), { recursive: true });
  const [key, chain] = [`${certificateKey}.new`, `${certificate}.new`];
  // biome-ignore format: one option a line reads worse
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-days', '36500', '-subj', '/CN=chatmail', '-addext', `subjectAltName=${namesOf(host)}`, '-keyout', key, '-out', chain],
    { stdio: ['ignore', 'ignore', 'pipe'] });
  renameSync(key, certificateKey);
  renameSync(chain, certificate);
  return true;
};

/** While it exists the servers show a certificate of an authority, and nginx has browsers insist on HTTPS. */
const CERTIFIED = '/run/chatmail/certified';

const PLACEHOLDER = `${PATHS.tls}-placeholder`;

/** Where acmetool has the certificate in use for that name. */
export const liveFolder = (host: string): string => `${PATHS.acme}/live/${host}`;

/** The timer that renews comes twice a day: a certificate of an address that may end before is not shown. */
const SPARE_MS = 13 * 3_600_000;

/** Whether an authority has certified this address, and for long enough yet. */
export const hasAddressCertificate = (address: string): boolean => {
  const live = liveFolder(address);
  if (!isFor(address, `${live}/fullchain`, `${live}/privkey`)) return false;
  const { validTo } = new X509Certificate(readFileSync(`${live}/fullchain`));
  return Date.parse(validTo) - Date.now() > SPARE_MS;
};

/** Points the servers to the authority's certificate, or until there is one to a placeholder; true: changed. */
const link = (host: string): boolean => {
  const live = liveFolder(host);
  const isThere = isIPv4(host)
    ? hasAddressCertificate(host)
    : isFor(host, `${live}/fullchain`, `${live}/privkey`);
  const target = isThere ? live : PLACEHOLDER;
  const isNew = sign(host, `${PLACEHOLDER}/fullchain`, `${PLACEHOLDER}/privkey`);
  if (existsSync(PATHS.tls) && readlinkSync(PATHS.tls) === target) return isNew && target === PLACEHOLDER;
  replaceLink(PATHS.tls, target);
  return true;
};

/** Whether a certificate is for `host`, and another key than its own vouches for it. */
export const isFromAuthority = (host: string, certificate: string, certificateKey: string): boolean => {
  if (!isFor(host, certificate, certificateKey)) return false;
  const parsed = new X509Certificate(readFileSync(certificate));
  return !parsed.checkIssued(parsed);
};

/** The certificate that the servers read; whose it is depends on the kind of relay. True: it is another one. */
export const ensureCertificate = (model: Model): boolean => {
  const { isCertified, isAddressCertified, isSelfSigned, host, certificate, certificateKey } = model;
  const isLinked = isCertified || isAddressCertified;
  const isNew = isLinked ? link(host) : isSelfSigned && sign(host, certificate, certificateKey);
  mkdirSync(dirname(CERTIFIED), { recursive: true });
  if (isFromAuthority(host, certificate, certificateKey)) writeFileSync(CERTIFIED, '');
  else rmSync(CERTIFIED, { force: true });
  return isNew;
};
