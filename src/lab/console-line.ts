/**
 * Terminal control sequences of ECMA-48 §5.4 and §5.6: CSI, the strings (OSC, DCS, APC, PM, SOS) up to their
 * end or the end of the line, and the two- and three-byte escapes.
 */
const SEQUENCES =
  /(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|\x1b[\x20-\x2f]*[\x30-\x7e]/g;

/** What could still move a cursor or turn the reading direction (Unicode Bidi_Control, line separators). */
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

const escaped = (character: string): string => {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** One line a machine wrote, safe to show: colours and cursor movements gone, other controls escaped. */
export const consoleLine = (line: string): string =>
  line.replace(SEQUENCES, '').replaceAll('\t', ' ').replaceAll('…', '...').replace(CONTROLS, escaped);
