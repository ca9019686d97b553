/** The name of a field as words: `encryptedOnly` is `encrypted only`. */
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const shown = (value: unknown): string => {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(', ') : String(value);
};

/** What a command found: JSON on one line, or a line for each entry, for a person. */
export const printRecord = (record: object, isJson: boolean): void => {
  const lines = Object.entries(record).map(
    ([name, value]) => `${wordsOf(name).padEnd(20)} ${shown(value)}\n`,
  );
  process.stdout.write(isJson ? `${JSON.stringify(record)}\n` : lines.join(''));
};
