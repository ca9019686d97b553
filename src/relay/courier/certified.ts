import { readText } from '../lib/read-text.ts';
import { replaceFile } from '../lib/replace-file.ts';

/** What there is of addresses has a certificate of some 160 hours. */
const WEEK_MS = 604_800_000;
const HOUR_MS = 3_600_000;
const MAX_ADDRESSES = 10_000;

/**
 * Addresses of relays that have shown a certificate of a trusted authority. Until it ends, for a week at most, nothing less is
 * believed there: nobody on the way can go back to one that anybody may sign. Kept in a file; without it they are
 * forgotten with the process.
 */
export class Certified {
  readonly #file: string | undefined;
  readonly #now: () => number;
  /** Until when, in milliseconds; the one that was seen last is the last. */
  #ends = new Map<string, number>();

  constructor(file?: string, now: () => number = Date.now) {
    this.#file = file;
    this.#now = now;
    try {
      this.#ends = new Map(JSON.parse((file && readText(file)) || '[]'));
    } catch {} // a damaged one is written anew
  }

  /** Whether it must show a certificate of a trusted authority. */
  has(address: string): boolean {
    const left = (this.#ends.get(address) ?? 0) - this.#now();
    // A later time was written when the clock was wrong.
    return left > 0 && left <= WEEK_MS;
  }

  /** It has shown one, which ends at that time, in milliseconds. */
  add(address: string, end: number): void {
    const until = Math.min(end, this.#now() + WEEK_MS);
    const before = this.#ends.get(address) ?? Number.NEGATIVE_INFINITY;
    this.#ends.delete(address);
    // An hour more or less is not worth writing the file.
    const isNews = !(Math.abs(until - before) <= HOUR_MS); // also where the file said something else
    this.#ends.set(address, isNews ? until : before);
    if (!isNews) return;
    for (const oldest of this.#ends.keys()) {
      if (this.#ends.size <= MAX_ADDRESSES) break;
      this.#ends.delete(oldest);
    }
    try {
      if (this.#file) replaceFile(this.#file, JSON.stringify([...this.#ends]), 0o600);
    } catch {} // a full disk; it holds as long as we run
  }
}
