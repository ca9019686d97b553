/** Contexts a bit is seen in. */
const CONTEXTS = 21;
/** What looks for the same bytes before: by how many of the last ones. */
const REACHES = [4, 7];
/** Of each context: what it saw on average, and what followed such counts; and one for each match. */
const INPUTS = 2 * CONTEXTS + 2;
/** Sets of weights, each with its own opinion. */
const SETS = 4;
/**
 * A slot is two words: a chance, and bytes of which these are used. A context's way through a byte's four bits is in
 * sixteen slots side by side: to fetch them from memory is most of the work.
 */
const WORDS = 2;
const SEEN = 4;
const COUNT = 5;
const OWNER = 6;
/** Slots for contexts, shared by all of them. */
const SLOTS = 1 << 23;
/** Then slots for each context's counts of zeros and ones, and for matches by their length. */
const COUNTS = 256;
const MATCHES = SLOTS + CONTEXTS * COUNTS;
const STEPS = 4096;

/** Multiplicative hashing (Knuth, TAOCP vol. 3, §6.4) that lets high bits count in low ones. */
const hash = (value: number): number => {
  const product = Math.imul(value, 0x9e3779b1);
  return product ^ (product >>> 15);
};

/** 1 / (1 + e^-x), nearly, for x in ±12. */
const squash = (x: number): number => {
  let power = 1 + x / 512;
  for (let i = 0; i < 9; i++) power *= power;
  return power / (power + 1);
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
  /** Chances, less a half, so that what was not seen is zero. */
  const chance = new Float32Array(WORDS * (MATCHES + 99));
  /** Of each slot how often it was seen, its counts of zeros and ones, and whose it is: some more bits of the hash. */
  const bytes = new Uint8Array(chance.buffer);
  const weights = new Float32Array(16_384 * INPUTS).fill(0.02);
  const trust = new Float64Array(256 * SETS).fill(1 / SETS);
  // The inverse of `squash`.
  const logits = Float64Array.from({ length: STEPS }, (_, n) => {
    let p = (n + 0.5) / (STEPS - n - 0.5);
    for (let i = 0; i < 9; i++) p = Math.sqrt(p);
    return (p - 1) * 512;
  });
  const slots = new Int32Array(INPUTS);
  const inputs = new Float64Array(INPUTS);
  const opinions = new Float64Array(SETS);
  const matches = REACHES.map((reach) => ({ reach, at: 0, length: 0, last: {} as Record<number, number> }));
  /** Hashes of the letters, and of the characters of a name or a number, up to here. */
  let word = 0;
  let name = 0;
  /** The last word, the one that stood before a dot, a bracket or an equals sign, and the first one of this line. */
  let ended = 0;
  let head = 0;
  let first = 0;
  /** The last characters that are no letters; the last kinds of characters; and those where letters count once. */
  let gaps = 0;
  let kinds = 0;
  let shape = 0;
  /** Whether quotes stand open; and the open brackets of this line, innermost first, each with its last separator. */
  let quote = 0;
  let nest: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const back = (n: number, shift: number) => (text[at - n] as number) << shift;
    const [a, b, c, d] = [back(1, 0), back(2, 8), back(3, 16), back(4, 24)] as const;
    const [inner = 0, outer = 0] = nest;
    for (const match of matches) {
      let key = 0;
      for (let n = 1; n <= match.reach; n++) key = hash(key + back(n, 0));
      if (!match.length) {
        match.at = match.last[key] ?? 0;
        while (
          match.length < match.at &&
          match.length < 400 &&
          text[match.at - 1 - match.length] === back(1 + match.length, 0)
        )
          match.length++;
      }
      match.last[key] = at;
    }
    const [nearest] = matches;
    const expected = nearest?.length ? (text[nearest.at] as number) : -1;
    const recent = hash(shape & 65_535) * 5;
    const contexts = Int32Array.of(
      0,
      a | b,
      a | b | c,
      hash(hash(a | b | c | d) + back(5, 0)) + back(6, 0),
      b | c,
      (a | b | c | d) & 0xe0e0e0ff,
      word,
      word * 77 + a,
      hash(gaps) + word,
      hash(head) + a,
      99_991 * quote + a,
      hash(name) * 3 + inner,
      inner + outer * 256,
      hash(inner) + a,
      hash(inner) + recent,
      hash(inner) + recent + outer * 74_565,
      hash(first) * 5 + recent,
      hash(expected + 99) + recent,
      hash(expected) + a,
      hash(shape),
      kinds,
    ).map((context, i) => hash(context + i * 0x3d4d51cb));
    let bits = 1;
    for (let n = 7; n >= 0; n--) {
      // Where in its sixteen slots: 1, one of 2 and 3, of 4 to 7, of 8 to 15.
      const way = 1 << (~n & 3);
      for (let i = 0; i < CONTEXTS; i++) {
        const hashed = hash((contexts[i] as number) + ((bits / way) | 0));
        const slot = WORDS * ((hashed >>> 9) ^ ((bits % way) + way));
        if (bytes[4 * slot + OWNER] !== (hashed & 255)) {
          chance[slot] = chance[slot + 1] = 0;
          bytes[4 * slot + OWNER] = hashed;
        }
        slots[i] = slot;
        slots[i + CONTEXTS] = WORDS * (SLOTS + i * COUNTS + (bytes[4 * slot + COUNT] as number));
      }
      let strength = 0;
      matches.forEach((match, i) => {
        strength = Math.min(15, match.length >> 1);
        const guess = match.length && ((text[match.at] as number) >> n) & 1;
        slots[2 * CONTEXTS + i] = WORDS * (MATCHES + 32 * i + 2 * strength + guess);
      });
      for (let i = 0; i < INPUTS; i++)
        inputs[i] = logits[((chance[slots[i] as number] as number) * STEPS + STEPS / 2) | 0] as number;
      let sum = 0;
      const rows = [
        (strength >> 1) * 256 + bits,
        2048 + a,
        2304 + (shape & 255) * 8 + n,
        8192 + (hash(a | b) & 4095),
      ];
      for (let set = 0; set < SETS; set++) {
        const start = (rows[set] as number) * INPUTS;
        let opinion = 0;
        for (let i = 0; i < INPUTS; i++) opinion += (inputs[i] as number) * (weights[start + i] as number);
        opinion = Math.max(-12, Math.min(12, opinion));
        sum += opinion * (trust[bits * SETS + set] as number);
        opinions[set] = opinion;
      }
      const mixed = squash(Math.max(-12, Math.min(12, sum)));
      const known = ((text[at] as number) >> n) & 1;
      const bit = at < from ? known : choose(mixed, known);
      for (let set = 0; set < SETS; set++) {
        const start = (rows[set] as number) * INPUTS;
        const opinion = opinions[set] as number;
        const rate = (bit - squash(opinion)) * 0.008 * (1 + 2 / (1 + at / 4400));
        for (let i = 0; i < INPUTS; i++) (weights[start + i] as number) += rate * (inputs[i] as number);
        (trust[bits * SETS + set] as number) += (bit - mixed) * 0.002 * opinion;
      }
      for (let i = 0; i < INPUTS; i++) {
        const slot = slots[i] as number;
        const seen = bytes[4 * slot + SEEN] as number;
        (chance[slot] as number) += (bit - 0.5 - (chance[slot] as number)) / (seen + 1.4);
        bytes[4 * slot + SEEN] = Math.min(250, seen + 1);
        if (i < CONTEXTS) {
          // One more of these; of the others, where there are many, half of those above two are forgotten (paq6, §4.3.1).
          const count = bytes[4 * slot + COUNT] as number;
          const shift = bit * 4;
          const others = (count >> (4 - shift)) & 15;
          bytes[4 * slot + COUNT] =
            (Math.min(15, ((count >> shift) & 15) + 1) << shift) |
            (Math.min(others, (others + 2) >> 1) << (4 - shift));
        }
      }
      for (const match of matches) if (((text[match.at] as number) >> n) % 2 !== bit) match.length = 0;
      bits = bits * 2 + bit;
    }
    text[at] = bits;
    for (const match of matches)
      if (match.length) {
        match.at++;
        match.length++;
      }
    const code = bits & 255;
    const last = String.fromCharCode(code);
    const isLetter = /[a-z]/i.test(last);
    if (!isLetter) {
      ended = word || ended;
      first ||= word;
      gaps = (gaps << 8) | code;
    }
    if (/[.(=]/.test(last)) head = ended + code;
    word = isLetter ? hash(word + bits) : 0;
    name = /[\w$./-]/.test(last) ? hash(name + bits) : 0;
    const kind = isLetter ? 1 : /\d/.test(last) ? 2 : code;
    kinds = (kinds << 8) | kind;
    if (kind !== 1 || (shape & 255) !== 1) shape = (shape << 8) | kind;
    if (/["'`]/.test(last)) quote = 1 - quote;
    if (/[([{]/.test(last)) nest.unshift(code);
    else if (/[)\]}]/.test(last)) nest.shift();
    else if (last === '\n') {
      quote = first = 0;
      nest = [];
    } else if (/[!-?]/.test(last)) nest[0] = ((nest[0] ?? 0) & 255) | (code << 8);
  }
};
