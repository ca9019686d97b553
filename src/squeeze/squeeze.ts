import { BOTTOM, FIRST, RADIX, TOP } from './digits.ts';
import { mix } from './model.ts';

/** Adds one to a number written in digits, the last one lowest. */
const carry = (digits: number[]): void => {
  let i = digits.length - 1;
  while (digits[i] === RADIX - 1) digits[i--] = 0;
  (digits[i] as number)++;
};

interface Squeezed {
  readonly digits: string;
  /** Of each byte, how many digits it takes: a share of one, most often. They add up to all but the last few. */
  readonly costs: Float64Array;
}

/**
 * Compresses to printable ASCII without spaces: an arithmetic coder whose digits are the characters themselves.
 * `known` is what the reader has already; the more it is like `bytes`, the better. `unsqueeze` is the inverse.
 */
export const squeeze = (bytes: Uint8Array, known: Uint8Array): Squeezed => {
  const costs = new Float64Array(bytes.length);
  let bits = 0;
  const digits: number[] = [];
  let low = 0;
  let range = TOP;
  const settle = () => {
    if (low < TOP) return;
    low -= TOP;
    carry(digits);
  };
  const shift = () => {
    const digit = Math.floor(low / BOTTOM);
    digits.push(digit);
    low = (low - digit * BOTTOM) * RADIX;
    range *= RADIX;
  };
  mix(Buffer.concat([known, bytes]), known.length, (chance, bit) => {
    const ones = Math.floor(range * chance);
    (costs[bits++ >> 3] as number) -= Math.log(bit ? chance : 1 - chance) / Math.log(RADIX);
    if (bit) range = ones;
    else {
      low += ones;
      range -= ones;
    }
    settle();
    while (range <= BOTTOM) shift();
    return bit;
  });
  // Any number in the interval will do: the one with most zeros at its end, which the reader adds by itself.
  let unit = TOP / RADIX;
  while (Math.ceil(low / unit) * unit >= low + range) unit /= RADIX;
  low = Math.ceil(low / unit) * unit;
  settle();
  while (low > 0) shift();
  return { digits: digits.map((digit) => String.fromCharCode(FIRST + digit)).join(''), costs };
};
