/** Room for a line without its LF; RFC 5322 §2.1.1 allows 998 and CRLF. */
const MAX_LINE = 2048;

/** Takes a line without its end, as bytes, one per character; `false`: the whole is refused. */
export type TakeLine = (line: string) => boolean;

/**
 * Cuts chunks into lines, the same however they are chunked. A line ends at LF, and a CR before it belongs to the
 * end, as in Postfix. Keeps at most one line; one that is too long is refused, and so is a CR elsewhere, which some
 * readers take for the end of a line.
 */
export class Lines {
  readonly #take: TakeLine;
  #kept = '';

  constructor(take: TakeLine) {
    this.#take = take;
  }

  /** `false` once a line was refused; nothing must be pushed then. */
  push(chunk: Buffer): boolean {
    for (let start = 0; start < chunk.length; ) {
      const lf = chunk.indexOf(10, start);
      const end = lf < 0 ? chunk.length : lf;
      if (this.#kept.length + end - start > MAX_LINE) return false;
      this.#kept += chunk.toString('latin1', start, end);
      if (lf >= 0 && !this.end()) return false;
      start = end + 1;
    }
    return true;
  }

  /** The last line, where it has no end of line. */
  end(): boolean {
    const line = this.#kept.endsWith('\r') ? this.#kept.slice(0, -1) : this.#kept;
    this.#kept = '';
    return !line.includes('\r') && this.#take(line);
  }
}
