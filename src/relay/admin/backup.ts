import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { PATHS } from '../../model/model.ts';

/**
 * A relay's state, below `/`, where upstream has it too. The queue is not included: the old machine still delivers it.
 */
const STATE = [PATHS.mail, PATHS.dkimKey, '/var/lib/acme', PATHS.noCreate, PATHS.settings, PATHS.model].map(
  (path) => path.slice(1),
);

/** What is mail in a mailbox, and what Dovecot rebuilds from it. */
const MAIL = ['cur', 'new', 'tmp', 'dovecot*', 'maildir*', 'subscriptions', '.*'];

/**
 * The command that writes the state of a relay as a tar. With `isMailOut` addresses and passwords only.
 * Mail may arrive or be deleted meanwhile: that is not an error (tar(1): exit status 1).
 */
export const backupCommand = (paths: readonly string[], isMailOut: boolean): string[] => [
  ...['tar', '--create', '--file=-', '--directory=/', '--sort=name', '--xattrs'],
  ...['--warning=no-file-changed', '--warning=no-file-removed', '--warning=no-file-ignored'],
  ...['--anchored', '--wildcards', `--exclude=${PATHS.mail.slice(1)}/.*`],
  ...(isMailOut ? MAIL.map((name) => `--exclude=${PATHS.mail.slice(1)}/*/*/${name}`) : []),
  ...['--', ...paths],
];

/** `chatmail backup [--without-mail] > file`. Returns the exit status. */
export const backup = async (isMailOut: boolean): Promise<number> => {
  if (process.stdout.isTTY) {
    process.stderr.write('chatmail: the backup is written to standard output: add `> relay.tar`\n');
    return 2;
  }
  const paths = STATE.filter((path) => existsSync(`/${path}`));
  const [program = '', ...args] = backupCommand(paths, isMailOut);
  const [code] = (await once(spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }), 'exit')) as [
    number | null,
  ];
  return code === 0 || code === 1 ? 0 : 1;
};
