import { PATHS } from '../../model/model.ts';
import { asUser } from '../lib/as-user.ts';
import { checkBackup, type Plan, type RestoreOptions, say } from './restore-check.ts';
import { tarIn } from './restore-input.ts';
import {
  cleanAcme,
  findWorkplace,
  forgetAcme,
  forgetMail,
  makeStaging,
  putAcmeBack,
  putMailBack,
  removeStaging,
  switchAcme,
  switchFile,
  switchMail,
  undoable,
} from './restore-switch.ts';
import { Refusal, type Unpacked, unpackBackup } from './restore-unpack.ts';
import { servicesNow, startServers, startServersIfKilled, stopServers } from './servers.ts';
import { TarError } from './tar-entries.ts';

/** Not all of what was there before is back. What was put aside stays, and the next restore puts it back first. */
class NotUndone extends Error {}

/**
 * Puts everything in its place, and the relay to work with it; or all is as it was. Throws {@link NotUndone} where it
 * is not.
 */
const apply = async (
  { place, backup, domain, addresses, settings, invitations }: Plan,
  configure: () => Promise<number>,
): Promise<void> => {
  const { step, undo } = undoable();
  const { key, noCreate } = backup.files;
  const isAlive = startServersIfKilled();
  try {
    stopServers();
    switchMail(step, place, domain, addresses);
    if (key) switchFile(step, PATHS.dkimKey, key, { mode: 0o600, owner: 'opendkim' });
    if (backup.acme.size > 0) switchAcme(step);
    if (noCreate) switchFile(step, PATHS.noCreate, '');
    if (invitations) switchFile(step, PATHS.invitations, invitations, { mode: 0o600, owner: 'vmail' });
    if (settings !== undefined) switchFile(step, PATHS.settings, settings);
    if ((await configure()) !== 0) throw new Refusal('the relay cannot be configured with this backup');
    forgetAcme();
    asUser('vmail', () => forgetMail(place, domain));
  } catch (error) {
    const failures = undo();
    await configure();
    if (failures.length === 0) throw error;
    throw new NotUndone([(error as Error).message, ...failures].join('\n'));
  } finally {
    startServers();
    isAlive();
  }
};

/** How the relay stands after a restore that failed. */
const outcome = (isApplied: boolean, isAllInPlace: boolean): string => {
  if (!isAllInPlace)
    return `the previous state is only partly back; the rest is kept, and the next restore puts it back first; ${servicesNow()}`;
  return isApplied ? `the previous state is back, and ${servicesNow()}` : 'nothing was changed';
};

/** What of a backup is not here, by name. */
const tellLeftOut = ({ leftOut }: Unpacked): void => {
  for (const line of leftOut.named) say(`left out: ${line}`);
  if (leftOut.count > leftOut.named.length) say(`left out: ${leftOut.count - leftOut.named.length} more`);
};

/**
 * `chatmail restore < file`: puts the state in a tar of `chatmail backup`, or of an upstream relay's state, in its
 * place. Nothing is changed, and no service stopped, before all of it was looked at. Returns the exit status.
 */
export const restore = async (options: RestoreOptions): Promise<number> => {
  const { stdin } = process;
  if (stdin.isTTY) {
    say('the backup is read from standard input: add `< relay.tar`');
    return 2;
  }
  const place = findWorkplace();
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
    stdin.destroy(new Refusal('interrupted'));
  };
  stdin.on('error', () => {}); // its reader gets the error
  // Once services are down there is only one way: to the end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  let isApplied = false;
  // What an earlier restore put aside is not lost because it cannot be put back now.
  let isAllInPlace = false;
  try {
    // After one that was killed.
    asUser('vmail', () => putMailBack(place));
    putAcmeBack();
    isAllInPlace = true;
    makeStaging(place.staging);
    const backup = await unpackBackup(await tarIn(stdin), place.staging);
    tellLeftOut(backup);
    const plan = await checkBackup(place, backup, options);
    if (isInterrupted) throw new Refusal('interrupted');
    isApplied = true;
    await apply(plan, options.configure);
    process.stdout.write(`restored ${plan.addresses.size} addresses of ${plan.domain}\n`);
    return 0;
  } catch (error) {
    if (error instanceof NotUndone) isAllInPlace = false;
    const why = error instanceof TarError ? `the backup ${error.message}` : (error as Error).message;
    say(`${why}\n${outcome(isApplied, isAllInPlace)}`);
    return 1;
  } finally {
    if (isAllInPlace) {
      cleanAcme();
      removeStaging(place.staging);
    }
    stdin.destroy();
  }
};
