import { backup } from './admin/backup.ts';
import { blockUsers, deleteUsers, unblockUsers } from './admin/change-users.ts';
import { create } from './admin/create.ts';
import { describe } from './admin/describe.ts';
import { dns } from './admin/dns.ts';
import { createInvitation, listInvitations, revokeInvitation } from './admin/invite.ts';
import { report } from './admin/report.ts';
import { restore } from './admin/restore.ts';
import { listUsers, showUser } from './admin/users.ts';
import type { Commands } from './lib/command.ts';
import type { Core } from './lib/extras.ts';
import { readModel } from './lib/read-model.ts';
import { requireRoot } from './lib/require-root.ts';
import { share } from './share/share.ts';
import { update } from './update/update.ts';

/** For chatmail-archive.service, which is no command. */
export { checkArchive } from './archive/check-archive.ts';

/** The commands of the package chatmail-relay-extras, which `chatmail` loads when one of them is wanted. */
export const extras = (core: Core): Commands => ({
  'users list': {
    usage: '[--json]',
    help: 'list all addresses with their last login and mail',
    run: (given) => listUsers(readModel(), given),
  },
  'users show': {
    usage: '[--json] ADDRESS',
    help: 'show details of one address',
    run: (given) => showUser(readModel(), given),
  },
  'users delete': {
    usage: '[--yes] [--json] ADDRESS...',
    help: 'delete addresses with their mail; a login creates them again',
    run: (given) => deleteUsers(readModel(), given),
  },
  'users block': {
    usage: '[--json] ADDRESS...',
    help: 'end the sessions of addresses and refuse logins and mail',
    run: (given) => blockUsers(readModel(), given),
  },
  'users unblock': {
    usage: '[--json] ADDRESS...',
    help: 'accept logins and mail for addresses again',
    run: (given) => unblockUsers(readModel(), given),
  },
  dns: {
    usage: '[--check] [--table] [--json]',
    help: 'print the DNS records to publish; with --check, compare them with DNS',
    run: ({ args }) => dns(readModel(), args),
  },
  create: {
    usage: '[--json] [on|off]',
    help: 'show, allow or stop the creation of new addresses',
    run: (given) => create(given, readModel().settings.registration),
  },
  'invite create': {
    usage: '[--uses N] [--days D] [--note TEXT] [--json]',
    help: 'make an invitation link, by default for one account within seven days',
    run: (given) => {
      requireRoot();
      return createInvitation(readModel(), given);
    },
  },
  'invite list': {
    usage: '[--json]',
    help: 'show how often each invitation was used, and until when it holds',
    run: (given) => {
      requireRoot();
      return listInvitations(given);
    },
  },
  'invite revoke': {
    usage: '[--json] INVITATION',
    help: 'end an invitation, by its id in the list or its link',
    run: (given) => {
      requireRoot();
      return revokeInvitation(given);
    },
  },
  describe: {
    usage: '[--json] [NAME]',
    help: 'show all settings or one, with type, default and meaning',
    run: describe,
  },
  report: {
    usage: '[--json]',
    help: 'count addresses by last login, and messages by age and size',
    run: (given) => report(readModel(), given),
  },
  share: {
    usage: '',
    help: 'check what is offered at /start/ for new relays, and renew it',
    run: () => {
      requireRoot();
      return share(readModel());
    },
  },
  update: {
    usage: '[--check] [--to VERSION] [--back] [--json]',
    help: 'install a newer or the previous version, and undo it if it does not work',
    run: update,
  },
  backup: {
    usage: '[--without-mail]',
    help: 'write a backup to standard output, as a tar',
    run: ({ has }) => {
      requireRoot();
      return backup(has('--without-mail'));
    },
  },
  restore: {
    usage: '[--replace]',
    help: 'restore a backup from standard input',
    run: ({ has }) => {
      requireRoot();
      return restore({ isReplacing: has('--replace'), ...core });
    },
  },
});
