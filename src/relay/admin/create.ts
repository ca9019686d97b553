import { rmSync } from 'node:fs';
import type { Settings } from '../../config/schema.ts';
import { PATHS } from '../../model/model.ts';
import type { Arguments } from '../lib/command.ts';
import { exists } from '../lib/exists.ts';
import { BY_INVITATION } from '../lib/invitations.ts';
import { printRecord } from '../lib/print-record.ts';
import { replaceFile } from '../lib/replace-file.ts';

/** Lets first logins create addresses, or not, and says whether they do. */
export const create = (
  { words: [word], has }: Arguments,
  registration: Settings['registration'],
  noCreate: string = PATHS.noCreate,
): number => {
  if (word === 'on') rmSync(noCreate, { force: true });
  if (word === 'off') replaceFile(noCreate, '');
  const isOn = !exists(noCreate) && registration !== 'closed';
  if (has('--json')) printRecord({ create: isOn }, true);
  else if (isOn && registration === 'invite') printRecord({ newAddresses: BY_INVITATION }, false);
  else printRecord({ newAddresses: isOn ? 'accepted' : 'refused' }, false);
  return 0;
};
