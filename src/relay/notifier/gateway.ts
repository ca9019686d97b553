import { lookup } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { bodyOf, refuseUpgrade } from '../lib/ask-http.ts';
import type { Push } from './retry.ts';

/** As many requests at once, each on a connection that is kept for the next. */
export const CONNECTIONS = 32;
/** What is read of an answer so that its connection can be used again. */
const MAX_BODY = 10_000;
/** So many kept connections may turn out to be gone, one after the other. */
const MAX_STALE = 3;

/**
 * One question at a time: it takes one of Node's four threads for as long as DNS is silent, and the other
 * connections wait for the same answer.
 */
const lookUpOnce = (): LookupFunction => {
  let asked: Promise<{ address: string; family: number }> | undefined;
  return (host, options, done) => {
    asked ??= lookup(host).finally(() => {
      asked = undefined;
    });
    asked.then(
      ({ address, family }) =>
        options.all ? done(null, [{ address, family }]) : done(null, address, family),
      (error: NodeJS.ErrnoException) => done(error, ''),
    );
  };
};

/** POSTs bare tokens to the push service at `url`; what it says is the HTTP status, or why there is none. */
export const gateway = (url: string, { timeoutMs = 20_000 } = {}): Push => {
  const isHttps = url.startsWith('https:');
  const [Agent, request] = isHttps ? [HttpsAgent, httpsRequest] : [HttpAgent, httpRequest];
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const lookUp = lookUpOnce();
  const push = (token: string, tries = 0): Promise<number | string> =>
    new Promise((resolve) => {
      const sent = request(url, { agent, lookup: lookUp, method: 'POST' }, (response) => {
        bodyOf(response, MAX_BODY).catch(() => {}); // the status says it all
        resolve(response.statusCode ?? 0);
      });
      const late = () => sent.destroy(Object.assign(new Error('late'), { code: 'ETIMEDOUT' }));
      const timer = setTimeout(late, timeoutMs);
      refuseUpgrade(sent)
        .on('error', (error: NodeJS.ErrnoException) => {
          // It had ended a connection that we took for a kept one.
          const isStale = sent.reusedSocket && error.code === 'ECONNRESET' && tries < MAX_STALE;
          resolve(isStale ? push(token, tries + 1) : (error.code ?? error.name));
        })
        .on('close', () => clearTimeout(timer))
        .end(token);
    });
  return (token) => push(token);
};
