import type { Field } from './signature.ts';

/**
 * Bytes of a header that are kept for its signatures: several times what the longest lists of recipients and keys
 * take. Postfix cuts a single field after 60 kB.
 */
const MAX_BYTES = 256 << 10;
/** What the smallest field costs. */
const FIELD_BYTES = 64;

/** All fields of a header as they were sent, up to a bound. */
export class RawHeader {
  readonly fields: Field[] = [];
  #bytes = 0;

  add(name: string, value: string): void {
    this.#bytes += name.length + value.length + FIELD_BYTES;
    if (this.isTooLarge()) this.fields.length = 0;
    else this.fields.push({ name, value });
  }

  isTooLarge(): boolean {
    return this.#bytes > MAX_BYTES;
  }
}
