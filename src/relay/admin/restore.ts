import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { PATHS } from '../../model/model.ts';
import { asUser } from '../lib/as-user.ts';
import { exists } from '../lib/exists.ts';
import { readState } from '../readiness/state.ts';
import {
  cleanAcme,
  findWorkplace,
  forgetAcme,
  forgetMail,
  makeStaging,
  putAcmeBack,
  putMailBack,
  removeStaging,
  stageAcme,
  switchAcme,
  switchFile,
  switchMail,
  undoable,
  type Workplace,
} from './restore-switch.ts';
import { Refusal, type Unpacked, unpackBackup } from './restore-unpack.ts';
import { servicesNow, startServers, startServersIfKilled, stopServers } from './servers.ts';
import { TarError } from './tar-entries.ts';

/** What a restore needs of the rest of the relay. */
interface RestoreOptions {
  readonly isReplacing: boolean;
  /** What is wrong with a settings file of this text, in words. */
  readonly settingsProblem: (text: string) => Promise<string | undefined>;
  /** Writes what follows from the settings, and starts what reads it; the exit status. */
  readonly configure: () => Promise<number>;
}

const say = (text: string): void => {
  process.stderr.write(`chatmail: ${text}\n`);
};

/** The program that unpacks, by the first bytes (gzip: RFC 1952 §2.3.1, zstd: RFC 8878 §3.1.1, xz: its §2.1.1.1). */
export const unpacking = (start: Buffer): string | undefined => {
  const is = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (is(0x1f, 0x8b)) return 'gzip';
  if (is(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  return is(0xfd, 0x37, 0x7a) ? 'xz' : undefined;
};

/** Compressed input is not trusted either: the program that unpacks it runs as nobody, with limited memory. */
const NOBODY = ['--reuid=nobody', '--regid=nogroup', '--clear-groups', '--no-new-privs'];

async function* unpacked(program: string, input: Readable): AsyncGenerator<Buffer> {
  const limited = ['prlimit', '--as=1073741824', program, '--decompress', '--stdout'];
  const child = spawn('setpriv', [...NOBODY, ...limited], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exit = once(child, 'exit');
  input.pipe(child.stdin).on('error', () => {}); // its exit status tells
  input.once('error', (error) => child.stdout.destroy(error));
  try {
    yield* child.stdout;
    const [code] = await exit;
    if (code !== 0) throw new TarError(`${program} cannot read it`);
  } finally {
    child.kill();
  }
}

/** The tar on an input, whatever it is compressed with. */
const tarIn = async (input: Readable): Promise<AsyncIterable<Buffer>> => {
  await Promise.race([once(input, 'readable'), once(input, 'end')]);
  const start: Buffer = input.read() ?? Buffer.alloc(0);
  if (start.length > 0) input.unshift(start);
  const program = unpacking(start);
  return program === undefined ? input : unpacked(program, input);
};

/**
 * The domain to restore, of those whose mail is in the backup.
 * @param current `mail_domain` of this relay, and whether it was configured
 */
export const domainToRestore = (
  domains: readonly string[],
  current: string | undefined,
  isChosen: boolean,
): string => {
  const [first] = domains;
  if (first === undefined) throw new Refusal("the backup holds no mail folder: is it a relay's?");
  if (current !== undefined && domains.includes(current)) return current;
  if (!isChosen && domains.length === 1) return first;
  throw new Refusal(
    `the backup is of ${domains.join(', ')} and this relay is ${current}: set mail_domain and restore again`,
  );
};

const checkKey = (key: Buffer | undefined): void => {
  if (key === undefined) return;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(key);
    if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 1024) return;
  } catch {
    // said below
  }
  throw new Refusal('the DKIM key in the backup is not an RSA key in PEM format');
};

/** Mail goes to a real folder, and only with `--replace` where there is some already. */
const checkMail = (
  { mail }: Workplace,
  domain: string,
  addresses: ReadonlySet<string>,
  isReplacing: boolean,
): void => {
  const folder = `${mail}/${domain}`;
  const isFolder = lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? true;
  if (!isFolder) throw new Refusal(`${folder} is not a folder: remove it`);
  const known = [...addresses].filter((address) => exists(`${folder}/${address}`));
  if (known.length > 0 && !isReplacing)
    throw new Refusal(
      `${known.length} of its addresses exist here: add --replace to replace them with those of the backup`,
    );
};

/**
 * A machine without a configured name takes the name of the backup, and if it has no settings at all, the backup's
 * settings.
 */
const settingsFor = (domain: string, backup: Buffer | undefined): string => {
  const text = String(existsSync(PATHS.settings) ? readFileSync(PATHS.settings) : (backup ?? ''));
  return /^mail_domain:/m.test(text) ? text : `mail_domain: ${domain}\n${text}`;
};

interface Plan {
  readonly place: Workplace;
  readonly backup: Unpacked;
  readonly domain: string;
  readonly addresses: ReadonlySet<string>;
  /** A settings file of that text is to be there. */
  readonly settings: string | undefined;
}

/** Looks at all of it while the relay goes on. */
const check = async (
  place: Workplace,
  backup: Unpacked,
  { isReplacing, settingsProblem }: RestoreOptions,
): Promise<Plan> => {
  const { domain: current, sources } = readState() ?? {};
  const isChosen = /^(user-data|vendor-data|instance|\/)/.test(sources?.mail_domain ?? '');
  const domain = domainToRestore([...backup.domains.keys()], current, isChosen);
  const addresses = backup.domains.get(domain) ?? new Set();
  asUser('vmail', () => checkMail(place, domain, addresses, isReplacing));
  checkKey(backup.files.key);
  const settings = domain === current ? undefined : settingsFor(domain, backup.files.settings);
  if (backup.files.settings && (settings === undefined || existsSync(PATHS.settings)))
    say(`left out: ${PATHS.settings}: this relay has settings`);
  const problem = settings === undefined ? undefined : await settingsProblem(settings);
  if (problem !== undefined)
    throw new Refusal(`with the settings of the backup the relay would not start:\n${problem}`);
  stageAcme(backup.acme);
  return { place, backup, domain, addresses, settings };
};

/** Not all of what was there before is back. What was put aside stays, and the next restore puts it back first. */
class NotUndone extends Error {}

/**
 * Puts everything in its place, and the relay to work with it; or all is as it was. Throws {@link NotUndone} where it
 * is not.
 */
const apply = async (
  { place, backup, domain, addresses, settings }: Plan,
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
    const plan = await check(place, backup, options);
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
