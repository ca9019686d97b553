import type { ClientRequest, IncomingMessage } from 'node:http';
import { answerOf, type OpenRequest } from './remote.ts';

/** What became of a message: the remote's reply, or none that a host gives which speaks /mxdeliv. */
type Outcome = string | undefined;

/** Of what HTTPS does not take. nginx by itself takes 1 MiB: it says nothing of port 25. */
export const TOO_LARGE = '451 4.3.4 Too large for HTTPS';

const SMTP_REPLY = /^[45]\d\d[ -][ -~]{0,400}/;

/** What an answer to a POST means. A success counts only for a message that was sent completely. */
export const outcomeOf = (status: number, body: string, isComplete: boolean): Outcome => {
  if (status >= 200 && status < 300) return isComplete ? '250 2.0.0 Ok' : undefined;
  // 431: of more recipients than fit into a head.
  if (status === 413 || status === 431) return TOO_LARGE;
  // 503 with a reply: the remote's filter or Postfix wants it later, and would say so on port 25.
  return status === 400 || status >= 500 ? SMTP_REPLY.exec(body)?.[0].replace('-', ' ') : undefined;
};

/** A message on its way to one host. */
export interface Post {
  readonly write: (piece: Buffer) => Promise<unknown> | undefined;
  readonly end: () => Promise<Outcome>;
  readonly abort: () => void;
}

/** How long the parts of a delivery may take, in milliseconds. */
interface PostLimits {
  /** For a host to connect and to say that it wants the message. */
  readonly ready: number;
  /** For all hosts of a domain to do so; Postfix waits two minutes. */
  readonly allReady: number;
  /** For an answer to all of it. */
  readonly answer: number;
  /** For everything, byte by byte. */
  readonly total: number;
}
const LIMITS: PostLimits = { ready: 30_000, allReady: 60_000, answer: 60_000, total: 1_800_000 };
/** Kept connections of one host that may turn out to be gone, one after the other. */
const MAX_STALE = 3;

/** Sends the head of a POST and waits until the message is wanted, or it is all over. */
const start = async (
  request: ClientRequest,
  limits: PostLimits,
): Promise<{ readonly isWanted: boolean; readonly outcome: Promise<Outcome> }> => {
  const outcome = new Promise<Outcome>((resolve) => {
    const fail = () => resolve(undefined);
    request
      .once('response', async (response: IncomingMessage) => {
        request.off('close', fail);
        const isComplete = request.writableEnded;
        const body = await answerOf(response);
        if (!isComplete) request.destroy();
        resolve(outcomeOf(response.statusCode ?? 0, body, isComplete));
      })
      .on('error', () => {}) // 'close' follows
      .once('close', fail);
  });
  const timer = setTimeout(() => request.destroy(), limits.ready);
  const isWanted = await Promise.race([
    new Promise<boolean>((resolve) => request.once('continue', () => resolve(true))),
    outcome.then(() => false),
  ]);
  clearTimeout(timer);
  const limit = setTimeout(() => request.destroy(), limits.total).unref();
  void outcome.then(() => clearTimeout(limit));
  return { isWanted, outcome };
};

/**
 * Begins to send a message to the recipients of one domain. The body follows only when the host has said that it
 * wants it (`100 Continue`), so that a kept connection which the host gave up meanwhile costs a second attempt and
 * no more, and where a host does not answer the next one is asked.
 */
export const openPost = async (
  open: OpenRequest,
  domain: string,
  sender: string,
  recipients: readonly string[],
  limits = LIMITS,
): Promise<Post> => {
  const headers = {
    'content-type': 'message/rfc822',
    'transfer-encoding': 'chunked',
    expect: '100-continue',
    ...(sender !== '' && { 'x-mail-from': sender }),
    'x-mail-to': [...recipients],
  };
  const end = performance.now() + limits.allReady;
  const attempt = async (nth = 0, stale = 0): Promise<Post> => {
    if (performance.now() > end) throw new Error('no host answers');
    const request = await open(domain, nth, { method: 'POST', headers });
    const { isWanted, outcome } = await start(request, limits);
    if (!isWanted && (await outcome) === undefined)
      return request.reusedSocket && stale < MAX_STALE ? attempt(nth, stale + 1) : attempt(nth + 1);
    let isOver = !isWanted;
    void outcome.then(() => {
      isOver = true;
    });
    return {
      write: (piece) =>
        isOver || request.write(piece)
          ? undefined
          : Promise.race([new Promise((resolve) => request.once('drain', resolve)), outcome]),
      end: () => {
        if (isOver) return outcome;
        request.end();
        const timer = setTimeout(() => request.destroy(), limits.answer).unref();
        return outcome.finally(() => clearTimeout(timer));
      },
      abort: () => request.destroy(),
    };
  };
  return attempt().catch(() => ({ write: () => undefined, end: async () => undefined, abort: () => {} }));
};
