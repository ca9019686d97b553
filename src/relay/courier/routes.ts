import { domainOf } from './remote.ts';

/** Whether a domain's host supports /mxdeliv. Rejects if no host answers. */
export type Ask = (domain: string) => Promise<boolean>;

interface Route {
  supportsMxdeliv: boolean;
  /** When it was last, in milliseconds. */
  lastSupported: number;
  /** When a route that is not may be asked about again, in milliseconds. */
  askAgain: number;
  asking: Promise<void> | undefined;
}

const HALF_AN_HOUR = 1_800_000;
const MINUTE = 60_000;
/** As long as Postfix tries. */
const TWO_DAYS = 172_800_000;
/** Limits what users can cause by naming domains; strangers cause no request (see `rewrite` in master.cf). */
const MAX_ROUTES = 10_000;
const MAX_ASKING = 200;

/** Adds to what is remembered; the oldest goes where that is too much. */
const keep = <T>(known: Map<string, T>, key: string, value: T): void => {
  for (const oldest of known.keys()) {
    if (known.size < MAX_ROUTES) break;
    known.delete(oldest);
  }
  known.set(key, value);
};

/**
 * Which domains are reached by /mxdeliv; all others by port 25. A host that speaks it is taken at its word until it
 * fails, one that does not for half an hour. One that did and failed is asked every minute until it does again,
 * because port 25 to it may be blocked. Forgets everything with the process: mail then goes by port 25 for the
 * second that it takes to ask, or at the next try.
 */
export class Routes {
  readonly #routes = new Map<string, Route>();
  /** Until when, in milliseconds. */
  readonly #avoided = new Map<string, number>();
  readonly #ask: Ask;
  readonly #now: () => number;
  #asking = 0;

  constructor(ask: Ask, now: () => number = () => performance.now()) {
    this.#ask = ask;
    this.#now = now;
  }

  /** Of an address, as far as known at this moment; what is not known is found out meanwhile. */
  supportsMxdeliv(address: string): boolean {
    return this.#look(domainOf(address))?.supportsMxdeliv === true && !this.avoids(address);
  }

  /** Whether mail to an address goes by port 25 for now, whatever its host supports. */
  avoids(address: string): boolean {
    return (this.#avoided.get(address.toLowerCase()) ?? 0) > this.#now();
  }

  /** Mail to an address goes by port 25 for a while: there was some that only this may take. */
  readonly avoid = (address: string): void => {
    keep(this.#avoided, address.toLowerCase(), this.#now() + HALF_AN_HOUR);
  };

  /** Resolves when something is known about each of them. */
  async settled(domains: readonly string[]): Promise<void> {
    await Promise.all(domains.map((domain) => this.#look(domain)?.asking));
  }

  /** It did not do what a host does that speaks it. */
  readonly failed = (domain: string): void => {
    const route = this.#routes.get(domain);
    if (!route?.supportsMxdeliv) return;
    route.supportsMxdeliv = false;
    route.lastSupported = this.#now();
    route.askAgain = route.lastSupported + HALF_AN_HOUR;
    this.#askInAMinute(domain, route);
  };

  #look(domain: string): Route | undefined {
    const known = this.#routes.get(domain);
    // If something is known about it, no mail waits for an update.
    if (known && (known.supportsMxdeliv || known.asking || known.askAgain > this.#now())) return known;
    if (this.#asking >= MAX_ASKING) return known;
    const route = known ?? {
      supportsMxdeliv: false,
      lastSupported: -TWO_DAYS,
      askAgain: 0,
      asking: undefined,
    };
    if (!known) keep(this.#routes, domain, route);
    const asked = this.#find(domain, route).then(() => {
      route.asking = undefined;
    });
    if (!known) route.asking = asked;
    return route;
  }

  async #find(domain: string, route: Route): Promise<void> {
    this.#asking++;
    route.askAgain = this.#now() + HALF_AN_HOUR;
    try {
      route.supportsMxdeliv = await this.#ask(domain);
    } catch {
      this.#askInAMinute(domain, route);
    }
    this.#asking--;
  }

  #askInAMinute(domain: string, route: Route): void {
    if (this.#now() - route.lastSupported >= TWO_DAYS) return;
    setTimeout(() => {
      if (this.#routes.get(domain) === route && !route.supportsMxdeliv) void this.#find(domain, route);
    }, MINUTE).unref();
  }
}
