import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http';
import { request as secureRequest } from 'node:https';

/**
 * The body of an answer, as far as it fits into `maxBytes` and one byte more, by which a caller knows that it was
 * longer. What follows is not read, nor what comes after `timeoutMs`: the connection is closed. Nothing is unpacked.
 */
export const bodyOf = async (
  response: IncomingMessage,
  maxBytes: number,
  timeoutMs = 10_000,
): Promise<Buffer> => {
  const timer = setTimeout(() => response.destroy(), timeoutMs);
  response.once('close', () => clearTimeout(timer));
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > maxBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, maxBytes + 1);
};

/** No request here asks for another protocol (RFC 9110 §15.2.2); without this Node drops such a response silently. */
export const refuseUpgrade = (asked: ClientRequest): ClientRequest =>
  asked.once('upgrade', (_, socket) => {
    socket.destroy();
    asked.emit('error', Object.assign(new Error('another protocol'), { code: 'EPROTO' }));
  });

interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a peer may take: bytes of the body, and milliseconds for everything, from the name to the last byte. */
interface HttpBounds {
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  /** Goes with the request. */
  readonly content?: string;
}

/** Headers of an answer, all together (Node's own default today, which a later one may change). */
const MAX_HEADERS = 16_384;

/**
 * Asks once by HTTP or HTTPS, and follows no redirection. Rejects where there is no answer within the bounds; what
 * took too long, or said too much, is not waited for any further.
 */
export const askHttp = (
  url: string,
  { maxBytes = 65_536, timeoutMs = 30_000, content = '', ...options }: HttpBounds & RequestOptions = {},
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const ask = url.startsWith('https:') ? secureRequest : request;
    const asked = ask(url, { maxHeaderSize: MAX_HEADERS, ...options });
    const giveUp = (message: string, code: string) => {
      const error = Object.assign(new Error(message), { code });
      reject(error);
      asked.destroy(error);
    };
    const timer = setTimeout(() => giveUp('no answer in time', 'ETIMEDOUT'), timeoutMs);
    refuseUpgrade(asked)
      .once('response', (response) => {
        bodyOf(response, maxBytes, timeoutMs).then((body) => {
          if (body.length > maxBytes) return giveUp('answer too long', 'EMSGSIZE');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: body.toString() });
        }, reject);
      })
      .on('error', reject)
      .once('close', () => clearTimeout(timer))
      .end(content);
  });

/**
 * Milliseconds to wait before the next try: at least `ms`, longer where the answer says so (RFC 9110 §10.2.3:
 * seconds, or a date), and never longer than `maxMs`.
 */
export const retryAfter = (
  { 'retry-after': said = '' }: IncomingHttpHeaders,
  ms: number,
  { maxMs = 60_000, now = Date.now() } = {},
): number => {
  const asked = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - now;
  return Math.min(Math.max(ms, asked || 0), maxMs);
};
