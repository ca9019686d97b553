import type { ClientRequest, IncomingMessage } from 'node:http';
import { bodyOf, type OpenRequest } from './remote.ts';

/** What became of a message: the remote's reply, or none that a host gives which speaks /mxdeliv. */
type Outcome = string | undefined;

/** Of what HTTPS does not take. nginx by itself takes 1 MiB: it says nothing of port 25. */
export const TOO_LARGE = '451 4.3.4 Too large for HTTPS';

const SMTP_REPLY = /^[45]\d\d[ -][ -~]{0,400}/;

/** What an answer to a POST means. A success counts only for a message that was sent to its end. */
export const outcomeOf = (status: number, body: string, isComplete: boolean): Outcome => {
  if (status >= 200 && status < 300) return isComplete ? '250 2.0.0 Ok' : undefined;
  if (status === 413) return TOO_LARGE;
  // 503 with a reply: the remote's filter or Postfix wants it later, and would say so on port 25.
  return status === 400 || status >= 500 ? SMTP_REPLY.exec(body)?.[0].replace('-', ' ') : undefined;
};

/** A message on its way to one host. */
interface Post {
  readonly write: (piece: Buffer) => Promise<unknown> | undefined;
  readonly end: () => Promise<Outcome>;
  readonly abort: () => void;
}

/** How long a host may take to connect and to say that it wants the message, and for everything, byte by byte. */
const READY_MS = 30_000;
const TOTAL_MS = 1_800_000;

/** Sends the head of a POST and waits until the message is wanted, or it is all over. */
const start = async (
  request: ClientRequest,
): Promise<{ readonly isWanted: boolean; readonly outcome: Promise<Outcome> }> => {
  const outcome = new Promise<Outcome>((resolve) => {
    const fail = () => resolve(undefined);
    request
      .once('response', async (response: IncomingMessage) => {
        request.off('close', fail);
        const isComplete = request.writableEnded;
        const body = await bodyOf(response).catch(() => '');
        if (!isComplete) request.destroy();
        resolve(outcomeOf(response.statusCode ?? 0, body, isComplete));
      })
      .on('error', () => {}) // 'close' follows
      .once('close', fail);
  });
  const timer = setTimeout(() => request.destroy(), READY_MS);
  const isWanted = await Promise.race([
    new Promise<boolean>((resolve) => request.once('continue', () => resolve(true))),
    outcome.then(() => false),
  ]);
  clearTimeout(timer);
  const limit = setTimeout(() => request.destroy(), TOTAL_MS).unref();
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
): Promise<Post> => {
  const headers = {
    'content-type': 'message/rfc822',
    'transfer-encoding': 'chunked',
    expect: '100-continue',
    ...(sender !== '' && { 'x-mail-from': sender }),
    'x-mail-to': [...recipients],
  };
  const attempt = async (nth = 0): Promise<Post> => {
    const request = await open(domain, nth, { method: 'POST', headers });
    const { isWanted, outcome } = await start(request);
    if (!isWanted && (await outcome) === undefined) return attempt(request.reusedSocket ? nth : nth + 1);
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
        if (!isOver) request.end();
        return outcome;
      },
      abort: () => request.destroy(),
    };
  };
  return attempt().catch(() => ({ write: () => undefined, end: async () => undefined, abort: () => {} }));
};
