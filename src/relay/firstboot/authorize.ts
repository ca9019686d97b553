import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { replaceFile } from '../lib/replace-file.ts';

interface Problem {
  readonly type?: string;
  readonly detail?: string;
}

/** The authority answered, and will not (RFC 8555 §6.7). */
export class Refusal extends Error {
  /** What follows `urn:ietf:params:acme:error:`. */
  readonly type: string;
  constructor({ type = '', detail = '' }: Problem) {
    super(detail);
    this.type = type.replace(/.*:/, '');
  }
}

interface Answer<T> {
  readonly headers: IncomingHttpHeaders;
  readonly body: T & Problem;
}

const TIMEOUT_MS = 30_000;

/** Asks by HTTPS; a problem in the answer (RFC 7807) is a {@link Refusal}. */
const ask = <T>(url: string, method: string, body = ''): Promise<Answer<T>> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/jose+json', 'user-agent': 'chatmail-image' };
    const question = request(url, { method, headers, timeout: TIMEOUT_MS }, (answer) => {
      let text = '';
      answer
        .on('data', (data) => {
          text += data;
        })
        .once('end', () => {
          try {
            const json = JSON.parse(text || '{}');
            if (/problem/.test(answer.headers['content-type'] ?? '')) reject(new Refusal(json));
            else resolve({ headers: answer.headers, body: json });
          } catch {
            reject(new Error(`HTTP status ${answer.statusCode}`));
          }
        });
    });
    question
      .once('timeout', () => question.destroy(new Error('no answer in time')))
      .once('error', reject)
      .end(body);
  });

const base64url = (data: unknown): string => Buffer.from(JSON.stringify(data)).toString('base64url');

interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
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
  /** Proves to the authority that these names lead here; rejects with its {@link Refusal}. */
  authorize(names: readonly string[]): Promise<void>;
}

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
): Promise<Account> => {
  const key = createPrivateKey(pem);
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const alg = key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
  const { body: directory } = await ask<Directory>(directoryUrl, 'GET');
  let kid: string | undefined;
  const post = async <T>(url: string, payload?: unknown): Promise<Answer<T>> => {
    const { headers } = await ask(directory.newNonce, 'HEAD');
    const nonce = headers['replay-nonce'];
    const head = base64url({ alg, nonce, url, ...(kid ? { kid } : { jwk }) });
    const body = payload === undefined ? '' : base64url(payload);
    const proof = sign('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' });
    return ask<T>(
      url,
      'POST',
      JSON.stringify({ protected: head, payload: body, signature: proof.toString('base64url') }),
    ).catch((error) => {
      // RFC 8555 §6.5: try again with another nonce.
      if (error.type === 'badNonce') return post<T>(url, payload);
      throw error;
    });
  };
  const contact = email === undefined ? [] : [`mailto:${email}`];
  kid = (await post(directory.newAccount, { termsOfServiceAgreed: true, contact })).headers.location ?? '';

  const prove = async (url: string): Promise<void> => {
    const { status, challenges } = (await post<Authorization>(url)).body;
    const challenge = challenges.find(({ type }) => type === 'http-01');
    if (status === 'valid' || challenge === undefined) return;
    const file = `/run/acme/acme-challenge/${challenge.token.replaceAll('/', '')}`;
    replaceFile(file, `${challenge.token}.${thumbprint(jwk)}`);
    try {
      await post(challenge.url, {});
      for (let wait = 250; wait < TIMEOUT_MS; wait *= 1.3) {
        const { body } = await post<Authorization>(url);
        if (body.status === 'valid') return;
        if (body.status !== 'pending')
          throw new Refusal(body.challenges.find(({ error }) => error)?.error ?? { detail: body.status });
        await pause(wait);
      }
      throw new Error('it does not come to an end with its proof');
    } finally {
      rmSync(file);
    }
  };
  return {
    url: kid,
    authorize: async (names) => {
      const identifiers = names.map((value) => ({ type: 'dns', value }));
      const { body } = await post<{ authorizations: string[] }>(directory.newOrder, { identifiers });
      // All come to their end before one that failed is told: no question is left on its way.
      for (const proof of await Promise.allSettled(body.authorizations.map(prove)))
        if (proof.status === 'rejected') throw proof.reason;
    },
  };
};
