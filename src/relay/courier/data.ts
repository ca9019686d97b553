/**
 * A raw message as SMTP carries it after DATA (RFC 5321 §4.5.2): every line ends in CRLF, a dot at its start is
 * doubled.
 */
export class DotStuffer {
  #isLineStart = true;
  #hasCr = false;

  push(chunk: Buffer): Buffer {
    const text = (this.#hasCr ? '\r' : '') + chunk.toString('latin1');
    this.#hasCr = text.endsWith('\r');
    const lines = (this.#hasCr ? text.slice(0, -1) : text)
      .replace(/\r?\n/g, '\r\n')
      .replaceAll('\n.', '\n..');
    const start = this.#isLineStart && lines.startsWith('.') ? '.' : '';
    if (lines !== '') this.#isLineStart = lines.endsWith('\n');
    return Buffer.from(start + lines, 'latin1');
  }

  /** What ends the message. Must be sent only if all of it has come. */
  end(): string {
    return this.#isLineStart && !this.#hasCr ? '.\r\n' : '\r\n.\r\n';
  }
}

/** The inverse: cuts the message out of a stream, however it comes in pieces. Only CRLF, dot, CRLF ends it. */
export class DotReader {
  /** What may belong to a dot; at first the end of the line before the message. */
  #kept = Buffer.from('\r\n');
  /** How much of it is not part of the message. */
  #skip = 2;

  /** Hands out pieces of the message. Once it has ended returns what came after it. */
  push(chunk: Buffer, take: (piece: Buffer) => void): Buffer | undefined {
    const bytes = Buffer.concat([this.#kept, chunk]);
    let from = this.#skip;
    const takeTo = (to: number): void => {
      if (to > from) take(bytes.subarray(from, to));
    };
    const keep = (at: number): void => {
      takeTo(at);
      this.#skip = Math.max(0, from - at);
      this.#kept = Buffer.from(bytes.subarray(at));
    };
    for (let at = 0; ; at = from) {
      const dot = bytes.indexOf('\r\n.', at, 'latin1');
      if (dot < 0) {
        const tail = bytes.toString('latin1', bytes.length - 2);
        return void keep(bytes.length - (tail === '\r\n' ? 2 : tail.endsWith('\r') ? 1 : 0));
      }
      const after = bytes.toString('latin1', dot + 3, dot + 5);
      if (after.length < 2 && '\r\n'.startsWith(after)) return void keep(dot);
      takeTo(dot + 2);
      from = dot + 3;
      if (after === '\r\n') return bytes.subarray(dot + 5);
    }
  }
}
