const LETTERS: Readonly<Record<string, string>> = { '\0': '0', '\x01': '1', '\t': 't', '\r': 'r', '\n': 'n' };
const CHARACTERS = Object.fromEntries(Object.entries(LETTERS).map(([c, letter]) => [letter, c]));

/** One field of a dict protocol line, made free of its separators (Dovecot's `str_tabescape`). */
export const escapeField = (text: string): string =>
  text.replace(/[\0\x01\t\r\n]/g, (c) => `\x01${LETTERS[c]}`);

/** The inverse. An unknown letter stands for itself, as in Dovecot. */
export const unescapeField = (text: string): string =>
  text.replace(/\x01(.)/g, (_, letter: string) => CHARACTERS[letter] ?? letter);
