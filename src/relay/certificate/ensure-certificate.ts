import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { dirname } from 'node:path';
import type { Model } from '../../model/model.ts';
import { PATHS } from '../../model/model.ts';
import { replaceLink } from '../lib/replace-link.ts';
import {
  covers,
  liveCertificate,
  liveFolder,
  readCertificate,
  validCertificate,
} from './live-certificate.ts';
import { makeKey } from './make-key.ts';

/**
 * A certificate of our own for the relay's name or address, unless one is there already. Clients of a
 * self-signed relay are told not to check it; 100 years, because nothing renews it.
 */
const sign = (host: string, certificate: string, certificateKey: string): void => {
  if (covers(readCertificate(certificate, certificateKey), [host])) return;
  mkdirSync(dirname(certificate), { recursive: true });
  const [key, chain] = [`${certificateKey}.new`, `${certificate}.new`];
  const labels = isIPv4(host) ? [''] : ['', 'www.', 'mta-sts.'];
  const hosts = labels.map((label) => label + host);
  makeKey(hosts, key, chain, '-x509', '-days', '36500', '-subj', '/CN=chatmail');
  renameSync(key, certificateKey);
  renameSync(chain, certificate);
};

/** While it exists the servers show a certificate of an authority, and nginx has browsers insist on HTTPS. */
const CERTIFIED = '/run/chatmail/certified';

const PLACEHOLDER = `${PATHS.tls}-placeholder`;

/** Points the servers to the authority's certificate, or until there is one to a placeholder. */
const link = (host: string): void => {
  const isThere = (isIPv4(host) ? validCertificate : liveCertificate)(host) !== undefined;
  sign(host, `${PLACEHOLDER}/fullchain`, `${PLACEHOLDER}/privkey`);
  replaceLink(PATHS.tls, isThere ? liveFolder(host) : PLACEHOLDER);
};

/** Whether a certificate is for `host`, and another key than its own vouches for it. */
export const isFromAuthority = (host: string, certificate: string, certificateKey: string): boolean => {
  const found = readCertificate(certificate, certificateKey);
  return covers(found, [host]) && found?.checkIssued(found) === false;
};

/** The certificate that the servers read; whose it is depends on the kind of relay. */
export const ensureCertificate = (model: Model): void => {
  const { isCertified, isAddressCertified, isSelfSigned, host, certificate, certificateKey } = model;
  if (isCertified || isAddressCertified) link(host);
  else if (isSelfSigned) sign(host, certificate, certificateKey);
  mkdirSync(dirname(CERTIFIED), { recursive: true });
  if (isFromAuthority(host, certificate, certificateKey)) writeFileSync(CERTIFIED, '');
  else rmSync(CERTIFIED, { force: true });
};
