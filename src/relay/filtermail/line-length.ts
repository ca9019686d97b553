/** RFC 5321 §4.5.3.1.6, RFC 5322 §2.1.1: octets of a line, without its CRLF. */
const MAX_LINE = 998;

/**
 * Finds out whether a message has a line that is longer than SMTP carries. Some server on its way would fold it,
 * which breaks its signature, or refuse it.
 */
export class LineLength {
  isTooLong = false;
  /** Of the line that has begun. */
  #length = 0;

  /** A header field as a milter gets it: its value begins after the colon, folded lines are joined by `\n`. */
  header(name: string, value: string): void {
    for (const line of `${name}:${value}`.split('\n')) this.isTooLong ||= line.length > MAX_LINE;
  }

  /** A piece of the body. Leaps from one end of line to the last one that a line which is not too long may have. */
  body(chunk: Buffer): void {
    for (let start = 0; start < chunk.length && !this.isTooLong; ) {
      const lf = chunk.lastIndexOf(10, start + MAX_LINE + 1 - this.#length);
      if (lf >= start) {
        start = lf + 1;
        this.#length = 0;
      } else {
        this.#length += chunk.length - start;
        start = chunk.length;
        // CR may be the last of it.
        this.isTooLong = this.#length > MAX_LINE + 1;
      }
    }
  }

  /** The end: a last line without an end has no CR either. */
  end(): boolean {
    return this.isTooLong || this.#length > MAX_LINE;
  }
}
