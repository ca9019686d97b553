/** More is cut short: what decides is never that long, and nothing of this length is taken for valid. */
const MAX_VALUE = 8192;
const NAMES = new Set([
  'auto-submitted',
  'content-transfer-encoding',
  'content-type',
  'dkim-signature',
  'from',
  'received',
  'secure-join',
  'subject',
  'user-agent',
  'x-mailer',
  'x-originating-ip',
]);

/** The header fields that matter to the filter: how many there are of each name, and the first. Names in lower case. */
export class Headers {
  readonly #first = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  add(name: string, value: string): void {
    const key = name.trim().toLowerCase();
    if (!NAMES.has(key)) return;
    const count = this.count(key);
    this.#counts.set(key, count + 1);
    if (count === 0) this.#first.set(key, value.length > MAX_VALUE ? '\0' : value.trim());
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  first(name: string): string | undefined {
    return this.#first.get(name);
  }

  /** The value, if the field is there once. */
  only(name: string): string | undefined {
    return this.count(name) === 1 ? this.first(name) : undefined;
  }
}
