import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { printable } from '../../config/printable.ts';
import type { CheckedRecord } from '../../dns/compare.ts';
import { retryAfter } from '../lib/ask-http.ts';
import { PublicError } from '../lib/public-error.ts';
import type { CertificateState } from '../readiness/state.ts';
import { DamagedKey, Refusal } from './account.ts';
import { covers } from './live-certificate.ts';

const MINUTES = [1, 4, 10, 20, 40];
const HOUR_S = 3600;
/** What the authority asks for is granted up to here: a certificate lasts for four days without it. */
const DAY_S = 86_400;

/**
 * Seconds to wait after the authority was asked in vain for the nth time in a row. Let's Encrypt allows five failed
 * validations an hour and name, of which no hour here has more; an authority that did not answer counts nothing.
 */
export const pauseAfter = (tries: number, isRefused: boolean): number =>
  isRefused ? (MINUTES[tries - 1] ?? 60) * 60 : Math.min(2 ** tries, HOUR_S);

/** RFC 8555 §6.7: what the authority says was wrong, and what that most often means. */
const MEANINGS: Readonly<Record<string, string>> = {
  connection: 'it does not reach port 80 here: look for a firewall, at the provider too',
  unauthorized: 'another machine answers for this name: DNS must point only to this machine',
  dns: 'it gets no answer for this name from DNS',
  caa: 'a CAA record of the domain does not allow it',
  rateLimited: 'too many requests in a short time',
  externalAccountRequired: 'it wants a key identifier and a key in /etc/chatmail/acme-eab',
};

/** Why there is no certificate, in words for everybody: what a program printed is for the journal. */
export const explainFailure = (error: Error): string => {
  if (error instanceof DamagedKey) return error.message;
  if (!(error instanceof Refusal)) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = error instanceof PublicError ? error.message : /^[A-Z_]+$/.test(code) ? code : '';
    return `the certificate authority does not answer${why && `: ${why}`}`;
  }
  const meaning = MEANINGS[error.type];
  // It quotes what it got from wherever it was sent.
  const message = printable(error.message).slice(0, 300);
  return `the certificate authority refused${meaning ? `, ${meaning}` : ''} (${printable(error.type)}: ${message})`;
};

/**
 * What the state says after the authority was asked in vain: the certificate there is, if any, why there is no other,
 * and when it may be asked again. `now`: in milliseconds.
 */
export const afterFailure = (
  error: Error & { readonly headers?: IncomingHttpHeaders },
  found: CertificateState | undefined,
  tries: number,
  now: number,
): CertificateState => {
  const isRefused = error instanceof Refusal;
  const pause = retryAfter(error.headers ?? {}, pauseAfter(tries, isRefused) * 1000, {
    maxMs: DAY_S * 1000,
    now,
  });
  return {
    ...withFailure(found, explainFailure(error)),
    tries,
    isRefused,
    retryAt: Math.ceil((now + pause) / 1000),
  };
};

/** The certificate there is; after the authority was asked in vain, with why, and when it may be asked again. */
export const withPause = (
  found: CertificateState,
  before: CertificateState | undefined,
): CertificateState => {
  if (before?.retryAt === undefined) return found;
  if (before.state === found.state) return before;
  // Back to a self-signed one, the authority is not asked more often than before.
  return found.state === 'valid' ? found : { ...before, ...found };
};

/** What went wrong, beside the certificate that may still be there. */
export const withFailure = (found: CertificateState | undefined, detail: string): CertificateState =>
  found ? { ...found, detail: `${found.detail}, but ${detail}` } : { state: 'failed', detail };

/** Whether CAA records keep the authority from issuing to us (RFC 8659 §4.2, RFC 8657 §3); in words if they do. */
export const caaObstacle = (
  { name, values }: { name: string; values: readonly string[] },
  issuers: readonly string[],
  account: string,
): string | undefined => {
  const allowed = values.flatMap((value) => /^\d+ issue "(.*)"$/.exec(value)?.[1] ?? []);
  const isOurs = (value: string): boolean => {
    const [who = '', ...parameters] = value.split(';').map((part) => part.trim());
    const [, uri] =
      /^accounturi\s*=\s*(.*)$/.exec(parameters.find((one) => /^accounturi/.test(one)) ?? '') ?? [];
    return issuers.includes(who) && (uri === undefined || uri === account);
  };
  const [issuer] = issuers;
  if (allowed.length === 0 || allowed.some(isOurs)) return undefined;
  return `the CAA record of ${name} allows ${allowed.map((value) => `"${value}"`).join(', ')}, which is not this relay's account at ${issuer}: remove it, or make it 0 issue "${issuer};accounturi=${account}"`;
};

const EXTRA = ['www', 'mta-sts'] as const;

/** The names that DNS leads here by; of one whose DNS gives no answer now, what the certificate had before. */
export const namesToCertify = (
  domain: string,
  dns: readonly CheckedRecord[],
  before: X509Certificate | undefined,
): string[] => {
  const isHere = (name: string): boolean =>
    dns.some(
      (record) =>
        record.name === name &&
        record.type === 'CNAME' &&
        (record.state === 'found' || (record.state === 'unknown' && covers(before, [name]))),
    );
  return [domain, ...EXTRA.map((label) => `${label}.${domain}`).filter(isHere)];
};

/** Whether every address in the domain's DNS is one of this machine's; the authority may use any of them. */
export const leadsHere = (domain: string, dns: readonly CheckedRecord[]): boolean => {
  const addresses = dns.filter(({ name, type }) => name === domain && (type === 'A' || type === 'AAAA'));
  return addresses.length > 0 && addresses.every(({ state }) => state === 'found');
};

/**
 * Whether to leave the authority alone for now, after it was asked in vain. A time later than any pause was named when
 * the clock was wrong. `now`: in milliseconds.
 */
export const isPausing = (certificate: CertificateState | undefined, now: number): boolean => {
  const left = (certificate?.retryAt ?? 0) - now / 1000;
  return left > 0 && left <= DAY_S;
};

const TEN_DAYS_MS = 864_000_000;

/**
 * Whether it is time to renew a certificate: when half of its time is over, a third where that is short. Then four days
 * are left of 160 hours, though the timer comes up to four hours later and the last five are not used.
 */
export const isDue = (
  certificate: Pick<X509Certificate, 'validFrom' | 'validTo'> | undefined,
  now: number,
): boolean => {
  const [begin, end] = [Date.parse(certificate?.validFrom ?? ''), Date.parse(certificate?.validTo ?? '')];
  return !(now < begin + (end - begin) / (end - begin < TEN_DAYS_MS ? 3 : 2));
};

/**
 * Which names and addresses a certificate is requested for now. `sets`: all of them, then ever fewer. `isNeeded`: there is
 * none, or it must be renewed. What is beside the relay's own must not be what keeps that waiting: after each refusal
 * the next set is tried.
 */
export const hostsToRequest = (
  sets: readonly (readonly string[])[],
  isNeeded: boolean,
  { isRefused = false, tries = 0 }: Partial<CertificateState> = {},
): readonly string[] => sets[isNeeded && isRefused ? tries % sets.length : 0] ?? [];
