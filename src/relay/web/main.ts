import { createServer, type RequestListener } from 'node:http';
import type { Model } from '../../model/model.ts';
import { socketPath } from '../../model/readers.ts';
import { dictClient } from '../lib/dict-client.ts';
import { type InvitationsModule, loadInvitations } from '../lib/invitations.ts';
import { log } from '../lib/log.ts';
import { qrSvg } from '../lib/qr.ts';
import { rateLimiter } from '../lib/rate-limiter.ts';
import type { Service } from '../lib/service.ts';
import { type Answer, answer } from './answer.ts';
import { closeWhenIdle } from './close-when-idle.ts';
import { metrics } from './metrics.ts';
import { networkOf } from './network.ts';

/** Accounts a network may be given: enough for a class that joins at once, too few to be worth collecting. */
const PER_MINUTE = 10;
const AT_ONCE = 40;

/** By then every network may have all of that again, so that nothing is forgotten when the process ends. */
const IDLE_MS = (AT_ONCE / PER_MINUTE + 1) * 60_000;

/** Where doveauth tells how many addresses there are, and why there are no new ones. */
const CENSUS = socketPath('census');

/** Answers requests that nginx passes on; it names the client in X-Real-IP. Bodies are not read. */
export const handler = (
  model: Model,
  draw: (text: string) => Promise<string> = qrSvg,
  lookup: (key: string) => Promise<string | undefined> = async () => undefined,
  invitations: InvitationsModule | undefined = loadInvitations(),
): RequestListener => {
  // Without an answer from there no login works.
  const whyClosed = () => lookup('shared/closed').catch(() => 'the login service does not answer');
  const mayCreate = rateLimiter(PER_MINUTE, AT_ONCE);
  const mayErr = rateLimiter(PER_MINUTE, AT_ONCE);
  return async (request, response) => {
    const network = networkOf(String(request.headers['x-real-ip']));
    const url = String(request.url);
    const path = url.replace(/\?.*/s, '');
    const asked = { method: String(request.method), path, host: String(request.headers.host) };
    const sources = { whyClosed, mayCreate: () => mayCreate(network), draw };
    const isGuest = /^\/i\/|^\/new\?(.*&)?i=/.test(url);
    const answered =
      isGuest && invitations
        ? invitations.answerGuest(model, { ...asked, ...sources, url, lookup, mayErr: () => mayErr(network) })
        : metrics(model, path, () => lookup('shared/census')).then(
            (found) => found ?? answer(model, asked, sources),
          );
    const { status, headers, body } = await answered.catch((error: NodeJS.ErrnoException): Answer => {
      log('error', `web: ${error.code ?? error.name}`);
      return { status: 500, headers: {} };
    });
    response.writeHead(status, { 'cache-control': 'no-store', connection: 'close', ...headers }).end(body);
  };
};

/**
 * Starts the pages that are made on request, on the socket named `web`. They end when nobody has asked for a while:
 * systemd keeps the socket, and starts them again for the next request.
 */
export const start = (model: Model, sockets: ReadonlyMap<string, readonly number[]>): Service => {
  const dict = dictClient(CENSUS);
  // A reservation waits for the disk: on a connection of its own it keeps nobody waiting, and many are written at once.
  const lookup = (key: string) => {
    if (!key.startsWith('shared/reserve/')) return dict.lookup(key);
    const own = dictClient(CENSUS);
    return own.lookup(key).finally(own.close);
  };
  const listener = handler(model, qrSvg, lookup);
  const servers = (sockets.get('web') ?? []).map((fd) =>
    createServer({ maxHeaderSize: 8192 }, listener).listen({ fd }),
  );
  return closeWhenIdle(servers, IDLE_MS, dict.close);
};
