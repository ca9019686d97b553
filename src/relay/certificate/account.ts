import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
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

/** The key of our account, or of what it is bound to, cannot be read; which, and what to do, in words. */
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
  let json: (T & Problem) | undefined;
  try {
    json = JSON.parse(answer.body || '{}');
  } catch {} // a page for people
  if (json && /problem/.test(type)) throw new Refusal(json, answer.headers);
  if (!json || answer.status >= 400)
    throw Object.assign(new PublicError(`HTTP status ${answer.status}`), { headers: answer.headers });
  return { headers: answer.headers, body: json };
};

const base64url = (data: unknown): string => Buffer.from(JSON.stringify(data)).toString('base64url');

/** A signed message (RFC 7515 §7.2.2); no payload is an empty one (RFC 8555 §6.3). */
const signed = (head: object, content: unknown, signer: (text: string) => Buffer) => {
  const [start, payload] = [base64url(head), content === undefined ? '' : base64url(content)];
  return { protected: start, payload, signature: signer(`${start}.${payload}`).toString('base64url') };
};

/** What the authority knows us by already (RFC 8555 §7.3.4): a name, and its key in base64url. */
export interface Binding {
  readonly id: string;
  readonly key: string;
}

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

/** A chain of certificates in PEM, and where it is kept. */
interface IssuedCertificate {
  readonly url: string;
  readonly chain: string;
}

/** Our account at an authority. */
export interface Account {
  readonly url: string;
  /** What the authority calls itself in CAA records (RFC 8555 §7.1.1); empty: it does not say. */
  readonly issuers: readonly string[];
  /**
   * Has names and addresses (RFC 8738) certified, after it has proved that they lead here: the URL of the certificate,
   * and the chain in PEM, its own first. Rejects with the authority's {@link Refusal}. `csr`: the request in DER (PKCS
   * #10); `profile`: asked for where the authority has profiles (draft-ietf-acme-profiles), by default the one that
   * Let's Encrypt has for addresses.
   */
  certify(hosts: readonly string[], csr: Buffer, profile?: string): Promise<IssuedCertificate>;
}

/** They go into the zone and onto pages: names, and a few of them. */
const issuersIn = ({ meta }: Directory): string[] => {
  const names: unknown = meta?.caaIdentities;
  return Array.isArray(names)
    ? names.filter((name) => typeof name === 'string' && isDomain(name)).slice(0, 9)
    : [];
};
/** Let's Encrypt's profile that addresses are allowed in. */
export const SHORT_LIVED = 'shortlived';

/** RFC 7638 §3: the members of a public key, sorted, make its thumbprint. */
const thumbprint = (jwk: object): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(Object.entries(jwk).sort())))
    .digest('base64url');

/** Opens the account of that key, in PEM, or makes it: the same one each time (RFC 8555 §7.3). */
export const openAccount = async (
  directoryUrl: string,
  pem: string,
  { email, binding }: { readonly email?: string | undefined; readonly binding?: Binding | undefined } = {},
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
    const head = { alg, nonce, url, ...(kid ? { kid } : { jwk }) };
    const content = JSON.stringify(
      signed(head, payload, (text) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })),
    );
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
  const externalAccountBinding =
    binding &&
    signed({ alg: 'HS256', kid: binding.id, url: directory.newAccount }, jwk, (text) =>
      createHmac('sha256', Buffer.from(binding.key, 'base64url')).update(text).digest(),
    );
  const account = { termsOfServiceAgreed: true, contact, externalAccountBinding };
  kid = (await post(directory.newAccount, account)).headers.location ?? '';

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
      rmSync(file, { force: true });
    }
  };
  return {
    url: kid,
    issuers: issuersIn(directory),
    certify: async (hosts, csr, asked) => {
      const hasShortLived = Object.hasOwn(directory.meta?.profiles ?? {}, SHORT_LIVED);
      const profile = asked ?? (hasShortLived && hosts.some(isIP) ? SHORT_LIVED : undefined);
      const identifiers = hosts.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }));
      const { body, headers } = await post<Order>(directory.newOrder, { identifiers, profile });
      const order = headers.location ?? '';
      if (body.authorizations.length > hosts.length)
        throw new PublicError('it asks for proof of names that were not requested');
      // One after the other: what is wrong for one is so for all, and each failure counts.
      for (const authorization of body.authorizations) await prove(authorization);
      await until<Order>(order, ({ status }) => status !== 'pending');
      await post(body.finalize, { csr: csr.toString('base64url') });
      const end = await until<Order>(order, ({ status }) => status !== 'processing' && status !== 'ready');
      if (end.status !== 'valid' || end.certificate === undefined)
        throw new Refusal(end.error ?? { detail: end.status });
      const { chain } = (await post<{ chain?: string }>(end.certificate)).body;
      if (chain === undefined) throw new PublicError('the authority gave no certificate');
      return { url: end.certificate, chain };
    },
  };
};
