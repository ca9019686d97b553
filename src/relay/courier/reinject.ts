import { connect, type NetConnectOpts } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { linesOf } from '../lib/lines-of.ts';
import { DotStuffer } from './data.ts';

export interface Envelope {
  /** Empty is the null sender. */
  readonly sender: string;
  readonly recipients: readonly string[];
}

/**
 * Postfix is told of a client elsewhere (RFC 5737 has addresses for nobody), else it would complete the header as that
 * of a local client (`local_header_rewrite_clients`), and signatures of it would no longer be valid.
 */
const PROXY = 'PROXY TCP4 192.0.2.1 192.0.2.1 25 25';
const LOST = '421 4.3.2 Try again later';
const IDLE_MS = 600_000;

/**
 * Hands a message to Postfix as it comes and returns Postfix's reply; its queue is the only place where it is kept.
 * A message that is cut off is never ended, so that Postfix drops it.
 */
export const reinject = async (
  { sender, recipients }: Envelope,
  message: Readable & { readonly complete: boolean },
  postfix: NetConnectOpts,
): Promise<string> => {
  const socket = connect(postfix);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  try {
    const lines = linesOf(socket.setEncoding('latin1') as AsyncIterable<string>);
    const reply = async (line?: string): Promise<string> => {
      if (line !== undefined) socket.write(`${line}\r\n`, 'latin1');
      for (;;) {
        const { value = LOST, done } = await lines.next();
        if (done || value[3] !== '-') return value.trimEnd();
      }
    };
    const start = [
      'EHLO localhost',
      `MAIL FROM:<${sender}>`,
      ...recipients.map((address) => `RCPT TO:<${address}>`),
      'DATA',
    ];
    let last = await reply(PROXY);
    for (const line of start) {
      if (!/^[23]/.test(last)) return last;
      last = await reply(line);
    }
    if (!last.startsWith('354')) return last;
    const stuffer = new DotStuffer();
    await pipeline(
      message,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) yield stuffer.push(chunk);
        if (!message.complete) throw new Error('cut off');
        yield Buffer.from(stuffer.end());
      },
      socket,
      { end: false },
    );
    return await reply();
  } catch {
    return LOST;
  } finally {
    socket.destroy();
  }
};
