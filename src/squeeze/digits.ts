/** Characters that stand for digits: all of ASCII that prints, but the space. 6.55 bits each. */
export const FIRST = 33;
export const RADIX = 94;
/** Between these is the width of the coder's interval; all of it is exact in a double. */
export const TOP = RADIX ** 7;
export const BOTTOM = RADIX ** 6;
