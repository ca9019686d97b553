import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Model } from '../model/model.ts';
import { PATHS } from '../model/model.ts';
import { backup } from './admin/backup.ts';
import { dns } from './admin/dns.ts';
import { restore } from './admin/restore.ts';
import { status } from './admin/status.ts';
import { start as courier } from './courier/main.ts';
import { mailboxFinder } from './doveauth/mailbox.ts';
import { start as doveauth } from './doveauth/main.ts';
import { start as filtermail } from './filtermail/main.ts';
import { renew } from './firstboot/certify.ts';
import { type ConfigureOptions, configure } from './firstboot/configure.ts';
import { firstboot } from './firstboot/firstboot.ts';
import { faultOf } from './lib/fault.ts';
import { listeners } from './lib/listeners.ts';
import { log } from './lib/log.ts';
import { start as metadata } from './metadata/main.ts';
import { start as notifier } from './notifier/main.ts';
import { start as web } from './web/main.ts';

const model = (): Model => JSON.parse(readFileSync(PATHS.model, 'utf8')) as Model;

const optionsOf = (args: readonly string[]): ConfigureOptions => {
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { boot: flag, 'dry-run': flag, yes: flag, set: { type: 'string', multiple: true } },
  });
  return { isBoot: values.boot, isDryRun: values['dry-run'], isConfirmed: values.yes, set: values.set };
};

/** Each command of `chatmail`, and the exit status it ends with; a service ends when systemd stops it. */
const COMMANDS: Readonly<Record<string, (flags: readonly string[]) => number | Promise<number> | undefined>> =
  {
    configure: (flags) => configure(optionsOf(flags)),
    status: (flags) => status(flags.includes('--json')),
    dns: (flags) => dns(model(), flags),
    firstboot: () => firstboot(model()),
    renew: () => renew(model()),
    backup,
    restore: async (flags) => (await restore(flags)) || configure(),
    doveauth: () => {
      const find = mailboxFinder(model(), PATHS.mail);
      doveauth(model(), listeners());
      metadata(model(), listeners(), (address) => find(address)?.home);
      return undefined;
    },
    filtermail: () => {
      filtermail(model(), listeners());
      web(model(), listeners());
      return undefined;
    },
    courier: () => {
      notifier(model());
      courier(model(), listeners());
      return undefined;
    },
  };

const main = async ([name = '', ...flags]: readonly string[]): Promise<number | undefined> => {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command) return command(flags);
  process.stderr.write(`usage: chatmail ${Object.keys(COMMANDS).join('|')} [--json]\n`);
  return 2;
};

// Node itself would print the message, and with it perhaps an address.
process.on('uncaughtException', (error) => {
  log('error', faultOf(error));
  process.exit(1);
});

// `chatmail status | head` is no accident.
process.stdout.on('error', () => process.exit());

main(process.argv.slice(2)).then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: NodeJS.ErrnoException) => {
    process.stderr.write(`chatmail: ${error.message}\n`);
    process.exitCode = error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
  },
);
