/** An IPv4 network: its first address as a number, and the length of its prefix. */
interface Block {
  readonly first: number;
  readonly length: number;
}

/** Where the lab's machines live: private (RFC 1918), and away from what home routers and VPNs like. */
const POOL: Block = { first: (10 << 24) | (219 << 16), length: 16 };

/** Point-to-point links: two usable addresses, this computer's and the machine's. */
const LINK_LENGTH = 30;
export const LINK_COUNT = 2 ** (LINK_LENGTH - POOL.length);

export interface Link {
  readonly index: number;
  /** This computer's end, the machine's gateway. */
  readonly host: string;
  readonly machine: string;
  readonly length: number;
}

const dotted = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');

/** The link with that index, `0` to `LINK_COUNT - 1`. */
export const linkOf = (index: number): Link => {
  const first = POOL.first + index * 4;
  return { index, host: dotted(first + 1), machine: dotted(first + 2), length: LINK_LENGTH };
};

const sizeOf = ({ length }: Pick<Block, 'length'>): number => 2 ** (32 - length);
const overlaps = (a: Block, b: Block): boolean =>
  a.first < b.first + sizeOf(b) && b.first < a.first + sizeOf(a);

/** Reads `192.0.2.0/24`, of any address in it, or `192.0.2.1`; undefined for anything else, `default` among it. */
export const parseBlock = (text: string): Block | undefined => {
  const [, a, b, c, d, length = '32'] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text) ?? [];
  if (d === undefined) return undefined;
  const address = ((Number(a) * 256 + Number(b)) * 256 + Number(c)) * 256 + Number(d);
  const size = sizeOf({ length: Number(length) });
  return { first: address - (address % size), length: Number(length) };
};

const blocksOf = (routes: readonly string[]): Block[] =>
  routes.map(parseBlock).filter((block) => block !== undefined && block.length > 0) as Block[];

/** True if none of these routes leads to an address of that network (`192.0.2.0/24`); a default route does not count. */
export const isFree = (network: string, routes: readonly string[]): boolean => {
  const block = parseBlock(network);
  return block !== undefined && !blocksOf(routes).some((other) => overlaps(block, other));
};

/**
 * Indexes of links to try, in order: all whose addresses no route of this computer covers already, beginning
 * at `seed` so that two runs rarely try the same first.
 */
export function* freeLinks(routes: readonly string[], seed: number): Generator<Link> {
  const taken = blocksOf(routes);
  for (let n = 0; n < LINK_COUNT; n++) {
    const link = linkOf((seed + n) % LINK_COUNT);
    const block = { first: POOL.first + link.index * 4, length: LINK_LENGTH };
    if (!taken.some((other) => overlaps(block, other))) yield link;
  }
}
