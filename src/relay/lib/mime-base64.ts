const VALUES = new Int8Array(256).fill(-1);
for (const [i, c] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  VALUES[c.charCodeAt(0)] = i;

/** Decodes base64 (RFC 4648 §4) as it comes, strictly: no other characters, and padding at the end only. */
export class Base64 {
  readonly #emit: (byte: number) => boolean;
  #bits = 0;
  #count = 0;
  #isPadded = false;

  /** `emit` takes the bytes; `false` from it refuses all. */
  constructor(emit: (byte: number) => boolean) {
    this.#emit = emit;
  }

  push(text: string): boolean {
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
      if (position > 0 && !this.#emit((this.#bits >> (6 - 2 * position)) & 255)) return false;
    }
    return true;
  }

  /** Whether it may end here. */
  isComplete(): boolean {
    return (this.#count & 3) === 0;
  }
}
