import { type Model, PATHS } from '../model/model.ts';
import { VERSION } from '../version.ts';
import { status } from './admin/status.ts';
import { renew } from './certificate/certify.ts';
import { configure, settingsProblem } from './configure/configure.ts';
import { renewDamaged } from './configure/renew-damaged.ts';
import { configureAnewSoon } from './configure/units.ts';
import { whenConfigured } from './configure/when-configured.ts';
import { start as courier } from './courier/main.ts';
import { start as doveauth } from './doveauth/main.ts';
import { runExpire } from './expire/main.ts';
import { start as filtermail } from './filtermail/main.ts';
import { firstboot } from './firstboot/main.ts';
import { versionText } from './lib/archive.ts';
import { type Command, type Commands, runCommand } from './lib/command.ts';
import { EXTRA_COMMANDS, loadExtras, missingExtras } from './lib/extras.ts';
import { faultOf } from './lib/fault.ts';
import { log } from './lib/log.ts';
import { mailboxFinder } from './lib/mailbox.ts';
import { PublicError } from './lib/public-error.ts';
import { readModel, whenModel } from './lib/read-model.ts';
import { ROOT_ONLY, requireRoot } from './lib/require-root.ts';
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
  '--version': {
    usage: '',
    help: '',
    run: () => {
      process.stdout.write(`chatmail ${versionText()}\n`);
      return 0;
    },
  },
  configure: {
    usage: '[--boot] [--dry-run] [--yes] [--set NAME=VALUE]',
    help: 'apply the settings and restart the services that use them',
    run: ({ has, values }) => {
      requireRoot();
      return configure({
        isByHand: true,
        isBoot: has('--boot'),
        isDryRun: has('--dry-run'),
        isConfirmed: has('--yes'),
        set: values('--set'),
      });
    },
  },
  status: {
    usage: '[--json]',
    help: 'show whether the relay is ready, and what it is waiting for',
    run: ({ has }) => status(has('--json')),
  },
  expire: {
    usage: '[--dry-run] [--trust-clock] [--json]',
    help: 'delete old mail and unused addresses now; this also runs every day',
    run: (given) => runExpire(readModel(), given),
  },
  firstboot: {
    usage: '',
    help: '',
    run: async () => {
      await whenConfigured();
      return firstboot(await whenModel(), configureAnewSoon);
    },
  },
  renew: {
    usage: '',
    help: '',
    run: () => {
      renewDamaged();
      return renew(readModel(), configureAnewSoon);
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

/** In the list of commands, what the extras would have. */
const MISSING: Commands = Object.fromEntries(
  EXTRA_COMMANDS.map((name) => [
    name,
    { usage: '', help: 'needs the package chatmail-relay-extras', run: () => 2 },
  ]),
);

/** All commands that `first` may begin. A service needs no extras, and does not load them. */
const commandsFor = (first = ''): Commands => {
  if (Object.keys(COMMANDS).some((name) => name.split(' ')[0] === first)) return COMMANDS;
  const extras = loadExtras({ configure, settingsProblem });
  if (!extras && EXTRA_COMMANDS.includes(first)) throw new PublicError(missingExtras(first, VERSION));
  return { ...COMMANDS, ...(extras ?? MISSING) };
};

// Node itself would print the message, and with it perhaps an address.
process.on('uncaughtException', (error) => {
  log('error', faultOf(error));
  process.exit(1);
});

// `chatmail status | head` is not an error.
process.stdout.on('error', () => process.exit());

const run = async (args: readonly string[]): Promise<number | undefined> =>
  runCommand(commandsFor(args[0]), args);

/** What a person without the rights for a file is told. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return /^(EACCES|EPERM):/.test(error.message) && process.getuid?.() !== 0 ? ROOT_ONLY : error.message;
};

run(process.argv.slice(2)).then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    const message = messageOf(error);
    // systemd.exec(5): the journal reads it, and not who ran the command.
    if (process.env.JOURNAL_STREAM === undefined || error instanceof PublicError)
      process.stderr.write(`chatmail: ${message}\n`);
    else log('error', faultOf(error));
    process.exitCode = 1;
  },
);
