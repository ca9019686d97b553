import { decoded, type Leaf, withoutPadding } from './leaf.ts';
import { parseMimeType } from './type.ts';

/** What a part must be. */
interface PartRule {
  readonly type: string;
  readonly leaf: Leaf;
}

/** What is neither content nor boundary (preamble, epilogue, headers of parts) is allowed this much, in bytes. */
const MAX_AROUND = 4096;

/** What mail programs write around the parts, for readers that know no MIME. Other text would pass unencrypted. */
const NOTE =
  /^(This is (an OpenPGP\/MIME encrypted message \(RFC (2440|4880) and 3156\)|a multi-part message in MIME format\.|a MIME-encapsulated message\.))?$/;

/**
 * A multipart (RFC 2046 §5.1) of exactly these parts, in this order, all of them leaves. Anything that two readers
 * could see differently is refused: a line that only begins like a boundary, a header that is not one.
 */
export const multipart = (boundary: string, rules: readonly PartRule[]): Leaf => {
  const delimiter = `--${boundary}`;
  let state: 'preamble' | 'headers' | 'part' | 'epilogue' = 'preamble';
  let around = 0;
  let headers = '';
  let begun = 0;
  let part: Leaf | undefined;

  const cross = (rest: string): boolean => {
    const isLast = rest === '--';
    if ((rest !== '' && !isLast) || state === 'headers' || state === 'epilogue') return false;
    if (part && !part.end()) return false;
    part = undefined;
    headers = '';
    state = isLast ? 'epilogue' : 'headers';
    return isLast ? begun === rules.length : begun++ < rules.length;
  };

  const open = (): boolean => {
    const rule = rules[begun - 1];
    part = rule && leafOf(headers, rule);
    state = 'part';
    return part !== undefined;
  };

  return {
    line: (line) => {
      if (line.startsWith(delimiter)) return cross(withoutPadding(line.slice(delimiter.length)));
      if (part) return part.line(line);
      around += line.length + 2;
      if (around > MAX_AROUND) return false;
      if (state !== 'headers') return NOTE.test(withoutPadding(line));
      if (line === '') return open();
      headers += `${line}\n`;
      return true;
    },
    end: () => state === 'epilogue',
  };
};

/** `rule.leaf`, if the headers of the part are those of `rule.type`. */
const leafOf = (headers: string, { type, leaf }: PartRule): Leaf | undefined => {
  const fields = headers
    .replace(/\n(?=[ \t]+\S)/g, '')
    .split('\n')
    .slice(0, -1)
    .map((line) => /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line));
  const values = (wanted: string) =>
    fields.filter((field) => field?.[1]?.toLowerCase() === wanted).map((field) => field?.[2] ?? '');
  const types = values('content-type');
  const encodings = values('content-transfer-encoding');
  const isAsRuled = types.length === 1 && parseMimeType(types[0] ?? '')?.type === type;
  return isAsRuled && encodings.length <= 1 && !fields.includes(null)
    ? decoded(encodings[0], leaf)
    : undefined;
};
