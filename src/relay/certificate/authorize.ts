import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { isDomain } from '../../config/domain.ts';
import { askHttp, retryAfter } from '../lib/ask-http.ts';
import { PublicError } from '../lib/public-error.ts';
import { replaceFile } from '../lib/replace-file.ts';

interface Problem {
  readonly type?: string;
  readonly detail?: string;
}

/** The authority answered, and will not (RFC 8555 §6.7). */
export class Refusal extends Error {
  /** What follows `urn:ietf:params:acme:error:`. */
  readonly type: string;
  readonly headers: IncomingHttpHeaders;
  constructor({ type = '', detail = '' }: Problem, headers: IncomingHttpHeaders = {}) {
    super(detail);
    this.type = type.replace(/.*:/, '');
    this.headers = headers;
  }
}

/** The key of our account cannot be read; which, and what to do, in words. */
export class DamagedKey extends Error {}

interface Answer<T> {
  readonly headers: IncomingHttpHeaders;
  readonly body: T & Problem;
}

/** One answer, everything, and the size of an answer; a chain of certificates has some 8 kB. */
const TIMEOUT_MS = 30_000;
const TOTAL_MS = 300_000;
const MAX_BYTES = 65_536;
/** A nonce may be refused a few times, not for ever (RFC 8555 §6.5). */
const MAX_TRIES = 4;

/** Asks by HTTPS and by nothing else (RFC 8555 §6.1); a problem in the answer (RFC 7807) is a {@link Refusal}. */
const ask = async <T>(url: string, method: string, timeoutMs: number, content = ''): Promise<Answer<T>> => {
  if (!/^https:/i.test(url)) throw new PublicError('the certificate authority must be reached over HTTPS');
  const headers = { 'content-type': 'application/jose+json', 'user-agent': 'chatmail-image' };
  const answer = await askHttp(url, { method, headers, content, timeoutMs, maxBytes: MAX_BYTES });
  const type = answer.headers['content-type'] ?? '';
  // RFC 8555 §9.1
  if (/^application\/pem-certificate-chain\b/.test(type))
    return { headers: answer.headers, body: { chain: answer.body } as unknown as T & Problem };
  let json: T & Problem;
  try {
    json = JSON.parse(answer.body || '{}');
  } catch {
    throw new PublicError(`HTTP status ${answer.status}`);
  }
  if (/problem/.test(type)) throw new Refusal(json, answer.headers);
  return { headers: answer.headers, body: json };
};

const base64url = (data: unknown): string => Buffer.from(JSON.stringify(data)).toString('base64url');

interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  readonly meta?: {
    readonly caaIdentities?: unknown;
    readonly profiles?: Readonly<Record<string, string>> | null;
  } | null;
}
/** RFC 8555 §7.1.3 */
interface Order {
  readonly status: string;
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate?: string;
  readonly error?: Problem;
}
interface Challenge {
  readonly type: string;
  readonly url: string;
  readonly token: string;
  readonly error?: Problem;
}
interface Authorization {
  readonly status: string;
  readonly challenges: readonly Challenge[];
}

/** Our account at an authority. */
export interface Account {
  readonly url: string;
  /** What the authority calls itself in CAA records (RFC 8555 §7.1.1); empty: it does not say. */
  readonly issuers: readonly string[];
  /** Proves to the authority that these names lead here; rejects with its {@link Refusal}. */
  authorize(names: readonly string[]): Promise<void>;
  /**
   * Has an IP address certified (RFC 8738): the URL of the certificate, and the chain in PEM, its own first. Rejects as
   * `authorize`. `csr`: the request in DER (PKCS #10); `profile`: asked for where the authority has profiles
   * (draft-ietf-acme-profiles), by default the one that Let's Encrypt has for addresses.
   */
  certifyAddress(
    address: string,
    csr: Buffer,
    profile?: string,
  ): Promise<{ readonly url: string; readonly chain: string }>;
}

/** They go into the zone and onto pages: names, and a few of them. */
const issuersIn = ({ meta }: Directory): string[] => {
  const names: unknown = meta?.caaIdentities;
  return Array.isArray(names)
    ? names.filter((name) => typeof name === 'string' && isDomain(name)).slice(0, 9)
    : [];
};
const SHORT_LIVED = 'shortlived';

/** RFC 7638 §3: the members of a public key, sorted, make its thumbprint. */
const thumbprint = (jwk: object): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(Object.entries(jwk).sort())))
    .digest('base64url');

/**
 * Opens the account of that key, in PEM: the same one each time. acmetool does the same, and waits ten
 * seconds before it looks at each proof; of what is proved to the authority here it asks no proof again there.
 */
export const openAccount = async (
  directoryUrl: string,
  pem: string,
  email: string | undefined,
  pause: (ms: number) => Promise<unknown> = setTimeout,
): Promise<Account> => {
  const end = performance.now() + TOTAL_MS;
  /** For the next answer. */
  const patience = (): number => {
    const left = end - performance.now();
    if (left <= 0) throw new PublicError('the certificate authority takes too long');
    return Math.min(TIMEOUT_MS, left);
  };
  const key = createPrivateKey(pem);
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const alg = key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
  const { body: directory } = await ask<Directory>(directoryUrl, 'GET', patience());
  let kid: string | undefined;
  const post = async <T>(url: string, payload?: unknown, tries = 1): Promise<Answer<T>> => {
    const { headers } = await ask(directory.newNonce, 'HEAD', patience());
    const nonce = headers['replay-nonce'];
    const head = base64url({ alg, nonce, url, ...(kid ? { kid } : { jwk }) });
    const body = payload === undefined ? '' : base64url(payload);
    const proof = sign('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' });
    const signature = proof.toString('base64url');
    const content = JSON.stringify({ protected: head, payload: body, signature });
    try {
      return await ask<T>(url, 'POST', patience(), content);
    } catch (error) {
      // RFC 8555 §6.5: try again with another nonce.
      if (!(error instanceof Refusal) || error.type !== 'badNonce' || tries === MAX_TRIES) throw error;
      await pause(retryAfter(error.headers, 500 * 2 ** tries));
      return post<T>(url, payload, tries + 1);
    }
  };
  const contact = email === undefined ? [] : [`mailto:${email}`];
  kid = (await post(directory.newAccount, { termsOfServiceAgreed: true, contact })).headers.location ?? '';

  /** Looks until it is over, as often as it is asked to (RFC 8555 §7.5.1). */
  const until = async <T>(url: string, isOver: (body: T) => boolean): Promise<T> => {
    for (let wait = 250; wait < TIMEOUT_MS; wait *= 1.3) {
      const { body, headers } = await post<T>(url);
      if (isOver(body)) return body;
      await pause(retryAfter(headers, wait));
    }
    throw new PublicError('the authority did not finish in time');
  };
  const prove = async (url: string): Promise<void> => {
    const { status, challenges } = (await post<Authorization>(url)).body;
    const challenge = challenges.find(({ type }) => type === 'http-01');
    if (status === 'valid' || challenge === undefined) return;
    const file = `/run/acme/acme-challenge/${challenge.token.replaceAll('/', '')}`;
    replaceFile(file, `${challenge.token}.${thumbprint(jwk)}`);
    try {
      await post(challenge.url, {});
      const end = await until<Authorization>(url, (body) => body.status !== 'pending');
      if (end.status !== 'valid')
        throw new Refusal(end.challenges.find(({ error }) => error)?.error ?? { detail: end.status });
    } finally {
      rmSync(file);
    }
  };
  /** Orders, and proves all that is wanted; the order's URL and what it said. */
  const order = async (
    identifiers: readonly { type: 'dns' | 'ip'; value: string }[],
    more: object = {},
  ): Promise<{ url: string; body: Order }> => {
    const { body, headers } = await post<Order>(directory.newOrder, { identifiers, ...more });
    if (body.authorizations.length > identifiers.length)
      throw new PublicError('it asks for proof of names that were not requested');
    // All finish before a failure is reported: no request is left pending.
    for (const proof of await Promise.allSettled(body.authorizations.map(prove)))
      if (proof.status === 'rejected') throw proof.reason;
    return { url: headers.location ?? '', body };
  };
  return {
    url: kid,
    issuers: issuersIn(directory),
    authorize: async (names) => {
      await order(names.map((value) => ({ type: 'dns', value })));
    },
    certifyAddress: async (address, csr, asked) => {
      const hasShortLived = Object.hasOwn(directory.meta?.profiles ?? {}, SHORT_LIVED);
      const profile = asked ?? (hasShortLived ? SHORT_LIVED : undefined);
      const { url, body } = await order(
        [{ type: 'ip', value: address }],
        profile === undefined ? {} : { profile },
      );
      await until<Order>(url, ({ status }) => status !== 'pending');
      await post(body.finalize, { csr: csr.toString('base64url') });
      const end = await until<Order>(url, ({ status }) => status !== 'processing' && status !== 'ready');
      if (end.status !== 'valid' || end.certificate === undefined)
        throw new Refusal(end.error ?? { detail: end.status });
      const { chain } = (await post<{ chain?: string }>(end.certificate)).body;
      if (chain === undefined) throw new PublicError('the authority gave no certificate');
      return { url: end.certificate, chain };
    },
  };
};
