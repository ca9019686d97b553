/**
 * Lines for the journal, with the priority prefix of sd-daemon(3). Never pass an address, a token,
 * a password or message content: the journal of a relay knows no users.
 */
const PRIORITY = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const;

export const log = (level: keyof typeof PRIORITY, message: string): void => {
  process.stderr.write(`<${PRIORITY[level]}>${message.replace(/[\x00-\x1f\x7f]/g, '?')}\n`);
};
