import { mkdirSync, writeFileSync } from 'node:fs';
import { replaceFile } from '../lib/replace-file.ts';

/** Shows lines on the machine's console and above its login prompt (agetty(8), issue files). */
export const announce = (text: string): void => {
  process.stdout.write(`${text}\n`);
  const lines = text.replace(/^/gm, 'chatmail: ');
  try {
    mkdirSync('/run/issue.d', { recursive: true });
    // A backslash starts an escape there.
    replaceFile('/run/issue.d/chatmail.issue', `${lines.replaceAll('\\', '\\\\')}\n\n`);
    writeFileSync('/dev/console', `\r${lines.replaceAll('\n', '\r\n')}\r\n`);
  } catch {
    // a machine without a console
  }
};
