import { backup } from './admin/backup.ts';
import { blockUsers, deleteUsers, unblockUsers } from './admin/change-users.ts';
import { report } from './admin/report.ts';
import { restore } from './admin/restore.ts';
import { listUsers, showUser } from './admin/users.ts';
import type { Commands } from './lib/command.ts';
import type { Core } from './lib/extras.ts';
import { readModel } from './lib/read-model.ts';

/** The commands of the package chatmail-relay-extras, which `chatmail` loads when one of them is wanted. */
export const extras = (core: Core): Commands => ({
  'users list': {
    usage: '[--json]',
    help: 'Lists all addresses with their last login and what they store.',
    run: (given) => listUsers(readModel(), given),
  },
  'users show': {
    usage: '[--json] ADDRESS',
    help: 'Shows one address.',
    run: (given) => showUser(readModel(), given),
  },
  'users delete': {
    usage: '[--yes] [--json] ADDRESS...',
    help: 'Deletes addresses with their mail. The next login makes such an address anew.',
    run: (given) => deleteUsers(readModel(), given),
  },
  'users block': {
    usage: '[--json] ADDRESS...',
    help: 'Ends the sessions of addresses; no login and no mail until they are unblocked.',
    run: (given) => blockUsers(readModel(), given),
  },
  'users unblock': {
    usage: '[--json] ADDRESS...',
    help: 'Lets addresses log in again.',
    run: (given) => unblockUsers(readModel(), given),
  },
  report: {
    usage: '[--json]',
    help: 'Shows what is stored by age and size.',
    run: (given) => report(readModel(), given),
  },
  backup: {
    usage: '[--without-mail]',
    help: 'Writes the state of the relay to standard output, as a tar.',
    run: ({ has }) => backup(has('--without-mail')),
  },
  restore: {
    usage: '[--replace]',
    help: 'Puts the state in a tar from standard input in its place.',
    run: ({ has }) => restore({ isReplacing: has('--replace'), ...core }),
  },
});
