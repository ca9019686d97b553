import { rmSync, writeFileSync } from 'node:fs';
import { PATHS } from '../../model/model.ts';
import type { Arguments } from '../lib/command.ts';
import { isFile } from '../lib/mailbox.ts';
import { printRecord } from '../lib/print-record.ts';

/** Lets first logins make addresses, or not, and says whether they do. */
export const create = ({ words: [word], has }: Arguments, noCreate: string = PATHS.noCreate): number => {
  if (word === 'on') rmSync(noCreate, { force: true });
  if (word === 'off') writeFileSync(noCreate, '');
  printRecord({ create: !isFile(noCreate) }, has('--json'));
  return 0;
};
