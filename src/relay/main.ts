import { type Model, PATHS } from '../model/model.ts';
import { backup } from './admin/backup.ts';
import { blockUsers, deleteUsers, unblockUsers } from './admin/change-users.ts';
import { create } from './admin/create.ts';
import { dns } from './admin/dns.ts';
import { report } from './admin/report.ts';
import { restore } from './admin/restore.ts';
import { status } from './admin/status.ts';
import { listUsers, showUser } from './admin/users.ts';
import { renew } from './certificate/certify.ts';
import { configure, settingsProblem } from './configure/configure.ts';
import { renewDamaged } from './configure/renew-damaged.ts';
import { whenConfigured } from './configure/when-configured.ts';
import { start as courier } from './courier/main.ts';
import { start as doveauth } from './doveauth/main.ts';
import { runExpire } from './expire/main.ts';
import { start as filtermail } from './filtermail/main.ts';
import { firstboot } from './firstboot/main.ts';
import { type Command, type Commands, runCommand } from './lib/command.ts';
import { faultOf } from './lib/fault.ts';
import { log } from './lib/log.ts';
import { mailboxFinder } from './lib/mailbox.ts';
import { PublicError } from './lib/public-error.ts';
import { readModel, whenModel } from './lib/read-model.ts';
import { listeners } from './listeners.ts';
import { start as metadata } from './metadata/main.ts';
import { start as notifier } from './notifier/main.ts';
import { start as web } from './web/main.ts';

/** A service goes on until systemd stops it. */
const service = (start: (model: Model) => unknown): Command => ({
  usage: '',
  help: '',
  run: async () => {
    await whenConfigured();
    start(await whenModel());
    return undefined;
  },
});

const COMMANDS: Commands = {
  configure: {
    usage: '[--boot] [--dry-run] [--yes] [--set NAME=VALUE]',
    help: 'Writes what follows from the settings, and restarts the servers that read it.',
    run: ({ has, values }) =>
      configure({
        isBoot: has('--boot'),
        isDryRun: has('--dry-run'),
        isConfirmed: has('--yes'),
        set: values('--set'),
      }),
  },
  status: {
    usage: '[--json]',
    help: 'Shows where the relay stands.',
    run: ({ has }) => status(has('--json')),
  },
  dns: {
    usage: '[--check] [--table] [--json]',
    help: 'Prints the records that the domain needs; with --check, what is there of them.',
    run: ({ args }) => dns(readModel(), args),
  },
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
  create: {
    usage: '[--json] [on|off]',
    help: 'Says whether a first login makes an address, or switches that.',
    run: (given) => create(given),
  },
  expire: {
    usage: '[--dry-run] [--trust-clock] [--json]',
    help: 'Deletes old mail and addresses nobody uses, as it happens every day, unless the clock may be wrong.',
    run: (given) => runExpire(readModel(), given),
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
    run: ({ has }) => restore({ isReplacing: has('--replace'), settingsProblem, configure }),
  },
  firstboot: {
    usage: '',
    help: '',
    run: async () => {
      await whenConfigured();
      return firstboot(await whenModel());
    },
  },
  renew: {
    usage: '',
    help: '',
    run: () => {
      renewDamaged();
      return renew(readModel());
    },
  },
  doveauth: service((model) => {
    const find = mailboxFinder(model, PATHS.mail);
    doveauth(model, listeners());
    metadata(model, listeners(), (address) => find(address)?.home);
  }),
  filtermail: service((model) => filtermail(model, listeners())),
  web: service((model) => {
    const { close } = web(model, listeners());
    process.once('SIGTERM', close);
  }),
  courier: service((model) => {
    notifier(model);
    courier(model, listeners());
  }),
};

// Node itself would print the message, and with it perhaps an address.
process.on('uncaughtException', (error) => {
  log('error', faultOf(error));
  process.exit(1);
});

// `chatmail status | head` is no accident.
process.stdout.on('error', () => process.exit());

runCommand(COMMANDS, process.argv.slice(2)).then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    // systemd.exec(5): the journal reads it, and not who ran the command.
    if (process.env.JOURNAL_STREAM === undefined || error instanceof PublicError)
      process.stderr.write(`chatmail: ${message}\n`);
    else log('error', faultOf(error));
    process.exitCode = 1;
  },
);
