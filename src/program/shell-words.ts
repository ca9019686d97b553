/** Quoted for a POSIX shell where it must be (POSIX.1-2017, Shell Command Language §2.2.2). */
const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** An argument vector as a person would type it; of a script in it, which is in the source, only that there is one. */
export const shellCommand = (argv: readonly string[]): string =>
  argv.map((word) => (word.includes('\n') ? "'...'" : shellWord(word))).join(' ');
