/** Reproducible randomness: the same seed, the same choices (mulberry32). */
export class Random {
  #state: number;

  /** `index` tells the cases of one run apart. */
  constructor(seed: number, index = 0) {
    this.#state = Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b9), 0x85ebca6b) | 0;
  }

  /** From 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    return choices[this.int(choices.length)] as T;
  }

  /** `count` times what `make` makes. */
  list<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }
}
