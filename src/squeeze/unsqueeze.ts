import { BOTTOM, FIRST, RADIX } from './digits.ts';
import { mix } from './model.ts';

/** The inverse of `squeeze`: `size` bytes from its digits. Blanks and line ends between digits do not matter. */
export const unsqueeze = (digits: string, known: Uint8Array, size: number): Uint8Array => {
  const text = new Uint8Array(known.length + size);
  text.set(known);
  const read = digits.replace(/\s/g, '');
  let next = 0;
  let code = 0;
  let range = 1;
  const widen = () => {
    while (range <= BOTTOM) {
      range *= RADIX;
      code = code * RADIX + (read.charCodeAt(next++) || FIRST) - FIRST;
    }
  };
  widen();
  mix(text, known.length, (chance) => {
    widen();
    const ones = Math.floor(range * chance);
    if (code < ones) {
      range = ones;
      return 1;
    }
    code -= ones;
    range -= ones;
    return 0;
  });
  return text.subarray(known.length);
};
