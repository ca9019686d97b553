import { mkdirSync, writeFileSync } from 'node:fs';
import { printable } from '../../config/printable.ts';
import { replaceFile } from '../lib/replace-file.ts';

/**
 * Shows lines on the machine's console and above its login prompt (agetty(8), issue files), where they must not be
 * commands to a terminal: DNS and authorities have a say in them.
 */
export const announce = (said: string): void => {
  const text = said.split('\n').map(printable).join('\n');
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
