import type { ByteSink } from './mime/base64.ts';

/** Public-key and symmetric-key encrypted session key; encrypted and integrity protected data (RFC 9580 §5). */
const [PKESK, SKESK, SEIPD] = [1, 3, 18];

/**
 * Walks over the packets of an OpenPGP message (RFC 9580 §4.2), byte by byte. They must be session keys, any number
 * of them, then one packet of encrypted data that is the last. What they contain only the recipient can judge.
 */
export class OpenpgpPackets implements ByteSink {
  #tag = 0;
  /** What comes next: a tag, the first octet of a length, further octets of it, or the contents. */
  #isLengthNext = false;
  #lengthOctets = 0;
  #length = 0;
  #contents = 0;

  /** `false`: refused. */
  byte(byte: number): boolean {
    if (this.#contents > 0) this.#contents--;
    else if (this.#lengthOctets > 0) {
      this.#length = this.#length * 256 + byte;
      if (--this.#lengthOctets === 0) this.#contents = this.#length;
    } else if (this.#isLengthNext) this.#readLength(byte);
    else return this.#readTag(byte);
    return true;
  }

  /** Takes `count` bytes at once, if they are all contents of the packet at hand. */
  skip(count: number): boolean {
    if (this.#contents < count) return false;
    this.#contents -= count;
    return true;
  }

  /** Whether it may end here. */
  isComplete(): boolean {
    return this.#tag === SEIPD && this.#contents + this.#lengthOctets === 0 && !this.#isLengthNext;
  }

  #readTag(byte: number): boolean {
    if (this.#tag === SEIPD || byte < 0x80) return false;
    this.#isLengthNext = byte >= 0xc0;
    this.#tag = this.#isLengthNext ? byte & 63 : (byte >> 2) & 15;
    if (!this.#isLengthNext) {
      // The old format has lengths of 1, 2 and 4 octets. Indeterminate means up to the end, where no SEIPD can follow.
      if ((byte & 3) === 3) return false;
      this.#startLength(0, 1 << (byte & 3));
    }
    return this.#tag === PKESK || this.#tag === SKESK || this.#tag === SEIPD;
  }

  #readLength(octet: number): void {
    this.#isLengthNext = octet >= 224 && octet < 255;
    if (this.#isLengthNext) this.#contents = 1 << (octet & 31);
    else if (octet < 192) this.#contents = octet;
    // ((octet - 192) << 8) + next + 192, the last two of which the next octet cannot carry over
    else if (octet < 224) this.#startLength(octet - 192 + 192 / 256, 1);
    else this.#startLength(0, 4);
  }

  #startLength(length: number, octets: number): void {
    this.#length = length;
    this.#lengthOctets = octets;
  }
}
