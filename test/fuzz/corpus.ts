import { Random } from './random.ts';

const SIZE = 2000;

/** A fixed collection of what `make` makes by its grammar, each made when it is first taken; picks one of them. */
export const corpusOf = (make: (random: Random) => Buffer): ((random: Random) => Buffer) => {
  const made = new Map<number, Buffer>();
  return (random) => {
    const index = random.int(SIZE);
    const found = made.get(index) ?? make(new Random(index));
    made.set(index, found);
    return found;
  };
};
