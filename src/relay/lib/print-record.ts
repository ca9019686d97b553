/** What a command found: JSON on one line, or a line for each entry. */
export const printRecord = (record: object, isJson: boolean): void => {
  const lines = Object.entries(record).map(([name, value]) => `${name.padEnd(20)} ${value}\n`);
  process.stdout.write(isJson ? `${JSON.stringify(record)}\n` : lines.join(''));
};
