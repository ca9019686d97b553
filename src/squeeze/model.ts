/** Contexts a bit is seen in. */
const CONTEXTS = 10;
/** Of each: what it saw on average, and what followed its last bits; and one for the longest match. */
const INPUTS = 2 * CONTEXTS + 1;
/** Slots for contexts, shared by all of them; where two meet, both predict a little worse. */
const SLOTS = 1 << 22;
/** Then slots for each context's history of six bits, and for matches by their length. */
const HISTORY = 64;
const MATCHES = SLOTS + CONTEXTS * 2 * HISTORY;
const STEPS = 4096;

/** Multiplicative hashing (Knuth, TAOCP vol. 3, §6.4) that lets high bits count in low ones. */
const hash = (value: number): number => {
  const product = Math.imul(value, 0x9e3779b1);
  return product ^ (product >>> 15);
};

/**
 * Goes through a text bit by bit and says before each how probable a one is, learned from the bits before: a
 * context-mixing model as in paq (M. Mahoney, "Data Compression Explained", §4.3), kept small because it travels
 * in user-data. It must give the very same numbers on every computer, so it uses +, -, *, / and square roots
 * only, which IEEE 754 defines to the last bit.
 *
 * What stands in `text` before `from` is known. From there on `choose` is told the chance and returns the bit:
 * to write, the bit of the text; to read, the bit that was written, which goes into the text.
 */
export const mix = (
  text: Uint8Array,
  from: number,
  choose: (chance: number, bit: number) => number,
): void => {
  const chance = new Float32Array(MATCHES + 99).fill(0.5);
  const seen = new Uint8Array(MATCHES + 99);
  const history = new Uint8Array(SLOTS);
  // Four sets of weights: by match length and bits so far, by the last byte, the one before, and both.
  const weights = new Float32Array(8192 * INPUTS).fill(0.032);
  // ln(p / (1 - p)), by the inverse of the power below
  const logits = Float64Array.from({ length: STEPS }, (_, n) => {
    let p = (n + 0.5) / (STEPS - n - 0.5);
    for (let i = 0; i < 9; i++) p = Math.sqrt(p);
    return (p - 1) * 512;
  });
  const slots = new Int32Array(INPUTS);
  const inputs = new Float64Array(INPUTS);
  const lastSeen: Record<number, number> = {};
  let word = 0;
  /** Whether quotes stand open. */
  let quote = 0;
  let match = 0;
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const back = (n: number, shift: number) => (text[at - n] as number) << shift;
    const [a, b, c, d] = [back(1, 0), back(2, 8), back(3, 16), back(4, 24)] as const;
    const contexts = [
      0,
      a,
      a | b,
      a | b | c,
      word,
      b | c,
      a | c | d,
      word * 77 + a,
      99_991 * quote + a,
      (a | b | c | d) & 0xe0e0e0ff,
    ];
    const key = hash(a | b | c | d);
    if (!length) {
      match = lastSeen[key] ?? 0;
      while (length < match && length < 400 && text[match - 1 - length] === back(1 + length, 0)) length++;
    }
    lastSeen[key] = at;
    let bits = 1;
    for (let n = 7; n >= 0; n--) {
      const guess = length && ((text[match] as number) >> n) & 1;
      const strength = Math.min(15, length >> 1);
      slots[INPUTS - 1] = MATCHES + 2 * strength + guess;
      contexts.forEach((context, i) => {
        const slot = hash(hash(context + i * 0x3d4d51cb) + bits) >>> 10;
        slots[i] = slot;
        slots[i + CONTEXTS] = SLOTS + i * 2 * HISTORY + (history[slot] as number);
      });
      const rows = [(strength >> 1) * 256 + bits, 2048 + a, 2304 + (b >> 8), 4096 + (hash(a | b) & 4095)];
      let sum = 0;
      slots.forEach((slot, i) => {
        const input = logits[((chance[slot] as number) * STEPS) | 0] as number;
        inputs[i] = input;
        for (const row of rows) sum += input * (weights[row * INPUTS + i] as number);
      });
      sum = 1 + Math.max(-12, Math.min(12, sum)) / 512;
      for (let i = 0; i < 9; i++) sum *= sum;
      sum /= sum + 1;
      const known = ((text[at] as number) >> n) & 1;
      const bit = at < from ? known : choose(sum, known);
      const rate = (bit - sum) * 0.0015 * (1 + 2 / (1 + at / 4400));
      slots.forEach((slot, i) => {
        for (const row of rows) (weights[row * INPUTS + i] as number) += rate * (inputs[i] as number);
        (chance[slot] as number) += (bit - (chance[slot] as number)) / ((seen[slot] as number) + 1.4);
        if ((seen[slot] as number) < 250) (seen[slot] as number)++;
        if (i < CONTEXTS) {
          const longer = ((history[slot] as number) || 1) * 2 + bit;
          history[slot] = longer < 2 * HISTORY ? longer : (longer % HISTORY) | HISTORY;
        }
      });
      if (guess !== bit) length = 0;
      bits = bits * 2 + bit;
    }
    text[at] = bits;
    if (length) {
      match++;
      length++;
    }
    const last = String.fromCharCode(bits & 255);
    word = /[\w$]/.test(last) ? hash(word + bits) : 0;
    if (/["'`]/.test(last)) quote = 1 - quote;
    if (last === '\n') quote = 0;
  }
};
