/** As many deliveries by HTTPS as Postfix has at once (`mxdeliv` in master.cf). */
const PLACES = 50;
/** Who keeps a message waiting so long and then fails is not asked by others for a while, in milliseconds. */
const SILENT_MS = 5000;
const AVOIDED_MS = 60_000;
/** More domains are not remembered. */
const MAX_AVOIDED = 1000;

/**
 * Shares out the deliveries by HTTPS, so that hosts that do not answer leave capacity for others: a destination may have
 * as many as are still free. One takes half of them at most, the next half of what is left, and some are always free.
 */
export class Shares {
  readonly #begun = new Map<string, number>();
  readonly #avoided = new Map<string, number>();
  readonly #now: () => number;
  #total = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Takes a place. What is returned gives it back, and takes whether the host answered, if that is known.
   * `undefined`: there is no place for that domain at the moment.
   */
  take(domain: string): ((isAnswered?: boolean) => void) | undefined {
    const begun = this.#begun.get(domain) ?? 0;
    const start = this.#now();
    const isAvoided = (this.#avoided.get(domain) ?? 0) > start;
    if (begun >= (isAvoided ? 1 : Math.max(1, PLACES - this.#total))) return undefined;
    this.#begun.set(domain, begun + 1);
    this.#total++;
    let isOver = false;
    return (isAnswered) => {
      if (isOver) return;
      isOver = true;
      this.#total--;
      const left = (this.#begun.get(domain) ?? 1) - 1;
      if (left === 0) this.#begun.delete(domain);
      else this.#begun.set(domain, left);
      if (isAnswered) this.#avoided.delete(domain);
      else if (isAnswered === false && this.#now() - start >= SILENT_MS) this.#avoid(domain);
    };
  }

  #avoid(domain: string): void {
    this.#avoided.delete(domain);
    for (const oldest of this.#avoided.keys()) {
      if (this.#avoided.size < MAX_AVOIDED) break;
      this.#avoided.delete(oldest);
    }
    this.#avoided.set(domain, this.#now() + AVOIDED_MS);
  }
}
