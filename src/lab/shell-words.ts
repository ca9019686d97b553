/** Quoted for a POSIX shell where it must be. */
const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** An argument vector as a person would type it. */
export const shellCommand = (argv: readonly string[]): string => argv.map(shellWord).join(' ');
