import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { PACKAGES } from '../../model/packages.ts';
import type { Arguments } from '../lib/command.ts';
import { printRecord } from '../lib/print-record.ts';
import { PublicError } from '../lib/public-error.ts';
import { requireRoot } from '../lib/require-root.ts';
import { download, forgetDownload, newestVersion } from './archive.ts';
import { readInstalled } from './installed.ts';
import { type Outcome, problemOf, readOutcome } from './outcome.ts';
import { outside } from './outside.ts';
import { PREVIOUS } from './paths.ts';
import { stateVersion, understoodState } from './state-version.ts';
import { packagesIn, previousVersion } from './store.ts';
import { readTrial } from './trial.ts';

const say = (message: string): void => void process.stderr.write(`${message}\n`);

const installedVersion = (): string => {
  const found = readInstalled()[PACKAGES[0]];
  if (!found) throw new PublicError('chatmail-relay is not installed as a package');
  return found.version;
};

/** What is to be installed, and where it is from. */
interface Wanted {
  readonly version: string;
  readonly files: readonly string[];
}

const previous = (): Wanted => {
  const version = previousVersion();
  const files = version === undefined ? undefined : packagesIn(PREVIOUS, version);
  if (version === undefined || !files)
    throw new PublicError(
      'there is no way back: the packages of the previous version are not in this machine',
    );
  return { version, files };
};

const fromArchive = async (version: string, signal: AbortSignal): Promise<Wanted> => {
  say(`downloading ${version}`);
  return { version, files: await download(version, signal) };
};

/** Throws for a version that would misunderstand what is on the disk. */
const checkState = ({ version, files }: Wanted): void => {
  const extras = files.find((path) => path.includes(PACKAGES[1])) ?? '';
  const { stdout } = spawnSync('dpkg-deb', ['--field', extras, 'Provides'], { encoding: 'utf8' });
  if (understoodState(stdout) < stateVersion())
    throw new PublicError(`${version} does not understand the state of this relay: nothing was changed`);
};

const APT = ['apt-get', 'install', '--yes', '--quiet', '--allow-downgrades', '--no-install-recommends'];
/** Somebody else's apt may be at work. */
const WAIT = ['-o', 'DPkg::Lock::Timeout=300'];

/** Installs, and waits for the end of the trial. */
const install = async ({ version, files }: Wanted, signal: AbortSignal): Promise<Outcome> => {
  say(`installing ${version}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const { isOk, text } = await outside([...APT, ...WAIT, ...files], { env, seconds: 3600, signal });
  if (signal.aborted) throw goesOn(version);
  let told: string | undefined;
  for (let trial = readTrial(); trial; trial = readTrial()) {
    if (signal.aborted) throw goesOn(version);
    const { phase, fault } = trial;
    const now =
      phase === 'undoing' ? `undoing it: ${fault}` : `trying ${version}${fault ? `: ${fault}` : ''}`;
    if (now !== told) say(now);
    told = now;
    await pause(300);
  }
  const outcome = readOutcome();
  if (told !== undefined && outcome?.to === version) return outcome;
  if (isOk && installedVersion() === version) return { from: version, to: version, result: 'kept', at: 0 };
  throw new PublicError(`apt cannot install ${version}: ${text.trim().split('\n').at(-1)}`);
};

const goesOn = (version: string): Error =>
  new PublicError(`the update to ${version} goes on: \`chatmail update --check\` shows how it ended`);

const VERSION = /^\d[\w.+~-]*$/;

/** What the options ask for; `undefined`: it is installed already. */
const wanted = async ({ has, values }: Arguments, installed: string, signal: AbortSignal) => {
  if (has('--back')) return previous();
  const [to] = values('--to');
  if (to !== undefined && !VERSION.test(to)) throw new PublicError(`not a version: ${JSON.stringify(to)}`);
  const newest = to === installed ? installed : await newestVersion(signal);
  const version = to ?? newest ?? installed;
  return version === installed ? undefined : fromArchive(version, signal);
};

const check = async ({ has }: Arguments, signal: AbortSignal): Promise<number> => {
  const installed = installedVersion();
  const trial = readTrial();
  const available = await newestVersion(signal);
  const last = readOutcome();
  printRecord(
    {
      installed,
      available: available ?? installed,
      ...(previousVersion() !== undefined && { previous: previousVersion() }),
      ...(trial && { trying: trial.to }),
      ...(last && { lastUpdate: problemOf(last) ?? `${last.to} works` }),
    },
    has('--json'),
  );
  return 0;
};

const change = async (given: Arguments, signal: AbortSignal): Promise<number> => {
  const { has } = given;
  const trial = readTrial();
  if (trial) throw new PublicError(`an update to ${trial.to} is not over yet: wait until it is`);
  const installed = installedVersion();
  const next = await wanted(given, installed, signal);
  if (!next) {
    printRecord({ installed, result: 'unchanged' }, has('--json'));
    return 0;
  }
  checkState(next);
  const { from, to, result, reason } = await install(next, signal);
  forgetDownload();
  printRecord({ from, to, result, ...(reason !== undefined && { reason }) }, has('--json'));
  return result === 'kept' ? 0 : 1;
};

/**
 * `chatmail update`: installs a newer version from the archive, the previous one, or a given one, and shows whether it
 * works. Until dpkg begins it can be interrupted, and nothing was changed; from then on it goes on by itself.
 */
export const update = async (given: Arguments): Promise<number> => {
  requireRoot();
  const { has, values } = given;
  if (Number(has('--check')) + Number(has('--back')) + values('--to').length > 1) {
    process.stderr.write('chatmail: only one of --check, --to and --back can be given\n');
    return 2;
  }
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interruption.abort());
  return (has('--check') ? check : change)(given, interruption.signal);
};
