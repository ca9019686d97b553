// ASCII, and the Latin, Greek and Cyrillic letters, which are one column wide everywhere. The rest may be
// wide, joining, reordering or a command to the terminal.
const UNSURE = /[^\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f]/gu;

/** Text that is safe on a terminal and as wide as it is long: a tab is four spaces, `\u{1f4a9}` an emoji. */
export const printable = (text: string): string =>
  text.replace(UNSURE, (character) =>
    character === '\t' ? '    ' : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
