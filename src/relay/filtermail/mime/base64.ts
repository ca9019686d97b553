const VALUES = new Int8Array(256).fill(-1);
for (const [i, c] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  VALUES[c.charCodeAt(0)] = i;

/** What takes the decoded bytes; `false` refuses all. */
export interface ByteSink {
  readonly byte: (byte: number) => boolean;
  /** Whether the next `count` bytes do not matter; they are then taken, faster than one by one. */
  readonly skip?: (count: number) => boolean;
}

/** Decodes base64 (RFC 4648 §4) as it comes, strictly: no other characters, and padding at the end only. */
export class Base64 {
  readonly #sink: ByteSink;
  #bits = 0;
  #count = 0;
  #isPadded = false;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  push(text: string): boolean {
    return this.#skip(text) || this.#decode(text);
  }

  #skip(text: string): boolean {
    const isWhole = !this.#isPadded && ((this.#count | text.length) & 3) === 0;
    return isWhole && /^[A-Za-z\d+/]+$/.test(text) && this.#sink.skip?.((text.length / 4) * 3) === true;
  }

  #decode(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      const character = text.charCodeAt(i);
      const position = this.#count++ & 3;
      const value = VALUES[character] ?? -1;
      if (value < 0) {
        if (character !== 61 || position < 2) return false; // =
        this.#isPadded = true;
        continue;
      }
      if (this.#isPadded) return false;
      this.#bits = ((this.#bits << 6) | value) & 0xffffff;
      if (position > 0 && !this.#sink.byte((this.#bits >> (6 - 2 * position)) & 255)) return false;
    }
    return true;
  }

  /** Whether it may end here. */
  isComplete(): boolean {
    return (this.#count & 3) === 0;
  }
}
