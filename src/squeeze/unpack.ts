import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { unsqueeze } from './unsqueeze.ts';

/** This program as it travels, which the writer knew too; and how many bytes it is to unpack. */
declare const SELF: Uint8Array;
declare const SIZE: number;

// Names and contents, each ended by a NUL, from the digits on standard input into the current folder.
const parts = Buffer.from(unsqueeze(readFileSync(0, 'latin1'), SELF, SIZE))
  .toString()
  .split('\0');
for (let i = 0; i < parts.length - 1; i += 2) {
  const path = parts[i] as string;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, parts[i + 1] as string);
}
