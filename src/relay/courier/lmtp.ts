import { type ListenOn, ProtocolError, serve } from '../lib/serve.ts';
import type { Service } from '../lib/service.ts';
import { DotReader } from './data.ts';

/** The way of one message. */
interface Transaction {
  /** A piece of the message. Resolves when the next may come. */
  readonly write: (piece: Buffer) => Promise<unknown> | undefined;
  /** It is complete. One reply for each recipient, in order (RFC 2033 §4.2). */
  readonly end: () => Promise<readonly string[]>;
  /** It will never be. */
  readonly abort: () => void;
}

/** Begins one. A reply instead: it is not wanted now, by any of its recipients, and the message need not be sent. */
export type OpenTransaction = (
  sender: string,
  recipients: readonly string[],
) => Promise<Transaction | string>;

/** RFC 5321 §4.1.2; addresses end up in header fields of HTTP, so that nothing but printable ASCII may be in them. */
const PATH = /^(MAIL FROM|RCPT TO):<([ -~]*)>(?: [ -~]*)?$/i;
const MAX_LINE = 2048;
const MAX_RECIPIENTS = 1000;

/**
 * One connection of LMTP (RFC 2033). Postfix sends 8-bit text as it is only to who says 8BITMIME, and any change
 * would break its signature.
 */
export async function* lmtpReplies(
  chunks: AsyncIterable<Buffer>,
  open: OpenTransaction,
): AsyncGenerator<string> {
  let sender: string | undefined;
  let recipients: string[] = [];
  let transaction: Transaction | undefined;
  let reader = new DotReader();

  const reset = (): string => {
    sender = transaction = undefined;
    recipients = [];
    return '250 2.0.0 Ok';
  };
  const command = async (line: string): Promise<string> => {
    const [, verb = '', path = ''] = PATH.exec(line) ?? [];
    if (/^MAIL/i.test(verb)) {
      reset();
      sender = path;
      return '250 2.1.0 Ok';
    }
    if (sender !== undefined && /^RCPT/i.test(verb) && path.includes('@')) {
      if (recipients.length === MAX_RECIPIENTS) return '452 4.5.3 Too many recipients';
      recipients.push(path);
      return '250 2.1.5 Ok';
    }
    if (sender !== undefined && recipients.length > 0 && /^DATA$/i.test(line)) {
      const opened = await open(sender, recipients);
      if (typeof opened === 'string') return opened;
      reader = new DotReader();
      transaction = opened;
      return '354 Go on';
    }
    if (/^LHLO /i.test(line))
      return `250-courier\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 PIPELINING`;
    if (/^(RSET|NOOP)/i.test(line)) return reset();
    return '501 5.5.4 Not understood';
  };

  yield '220 courier LMTP\r\n';
  try {
    let bytes: Buffer = Buffer.alloc(0);
    for await (const chunk of chunks) {
      bytes = bytes.length > 0 ? Buffer.concat([bytes, chunk]) : chunk;
      for (;;) {
        if (transaction) {
          const pieces: Buffer[] = [];
          const rest = reader.push(bytes, (piece) => pieces.push(piece));
          for (const piece of pieces) await transaction.write(piece);
          bytes = rest ?? Buffer.alloc(0);
          if (!rest) break;
          const replies = await transaction.end();
          reset();
          yield replies.map((reply) => `${reply}\r\n`).join('');
        }
        const end = bytes.indexOf(10);
        if ((end < 0 ? bytes.length : end) > MAX_LINE) throw new ProtocolError('line too long');
        if (end < 0) break;
        const line = bytes.toString('latin1', 0, end).trimEnd();
        bytes = bytes.subarray(end + 1);
        if (/^QUIT$/i.test(line)) {
          yield '221 2.0.0 Bye\r\n';
          return;
        }
        yield `${await command(line)}\r\n`;
      }
    }
  } finally {
    transaction?.abort();
  }
}

/** Postfix keeps a connection it may use again for some seconds; nothing here takes longer than this. */
const IDLE_MS = 600_000;

export const serveLmtp = (open: OpenTransaction, sockets: readonly ListenOn[]): Service =>
  serve('lmtp', (chunks: AsyncIterable<Buffer>) => lmtpReplies(chunks, open), sockets, { idleMs: IDLE_MS });
