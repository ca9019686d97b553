import type { Random } from './random.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** One change somewhere; `words` are what the reader at hand takes note of. */
const change = (input: Buffer, words: readonly string[], random: Random): Buffer => {
  const at = random.int(input.length + 1);
  const to = Math.min(input.length, at + 1 + random.int(random.pick([1, 4, 64, 1024])));
  const [before, piece, after] = [input.subarray(0, at), input.subarray(at, to), input.subarray(to)];
  switch (random.int(8)) {
    case 0:
      return before; // truncated
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, piece, piece, after]);
    case 3: {
      const other = random.int(input.length + 1); // a piece from elsewhere
      return Buffer.concat([before, input.subarray(other, other + 1 + random.int(200)), after]);
    }
    case 4:
      return Buffer.concat([
        before,
        bytes(random.pick(words).repeat(1 + random.int(random.pick([2, 4, 200])))),
        piece,
        after,
      ]);
    case 5: {
      const flipped = Buffer.from(input);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.int(8));
      return flipped;
    }
    case 6: {
      const replaced = Buffer.from(input);
      if (at < replaced.length) replaced[at] = random.int(256);
      return replaced;
    }
    default:
      return Buffer.concat([
        before,
        bytes(random.pick(words)),
        random.chance(0.5) ? piece : bytes(''),
        after,
      ]);
  }
};

/** What nobody sends: one piece of it again and again, up to 4 MiB. */
const oversized = (input: Buffer, words: readonly string[], random: Random): Buffer => {
  const at = random.int(input.length + 1);
  const piece = random.chance(0.5) ? bytes(random.pick(words)) : input.subarray(at, at + 1 + random.int(400));
  const filler = Buffer.alloc(1 << (12 + random.int(11)), piece.length > 0 ? piece : 'a');
  return Buffer.concat([input.subarray(0, at), filler, input.subarray(at)]);
};

/** A third as it is, most with some changes, a few of enormous size. */
export const mutate = (input: Buffer, words: readonly string[], random: Random): Buffer => {
  if (random.chance(1 / 3000)) return oversized(input, words, random);
  let result = input;
  if (random.chance(2 / 3))
    for (let left = 1 + random.int(4); left > 0; left--) result = change(result, words, random);
  return result;
};

/** Makes inputs of what a client might say, in Latin-1. */
export const mutated =
  (say: (random: Random) => string, words: readonly string[]) =>
  (random: Random): Buffer =>
    mutate(bytes(say(random)), words, random);

/** Cuts an input anywhere: into a few pieces, or at every byte of its beginning. */
export const inPieces = (input: Buffer, random: Random): Buffer[] => {
  const cuts = random.chance(0.03)
    ? Array.from({ length: Math.min(input.length, 200) }, (_, i) => i)
    : random.list(random.int(6), () => random.int(input.length + 1)).sort((a, b) => a - b);
  return [...cuts, input.length].map((end, i) => input.subarray(cuts[i - 1] ?? 0, end));
};
