import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { PACKAGE_STORE, PACKAGES } from '../../model/packages.ts';
import { STATE_VERSION } from '../../model/state-version.ts';
import { readModel } from '../lib/read-model.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { downloadCommand } from './archive.ts';
import { faultNow } from './checks.ts';
import { dpkg, isLocked } from './dpkg.ts';
import { hangingScripts } from './hanging-scripts.ts';
import { readInstalled, stageOf } from './installed.ts';
import { type Outcome, tell } from './outcome.ts';
import { outside } from './outside.ts';
import { DOWNLOAD, NEXT, PREVIOUS, THIS_BOOT, TRIAL, TRIAL_FILE, UNIT_COPY, UNIT_WANTED } from './paths.ts';
import { pinVersion, unpin } from './pin.ts';
import { isRunning } from './process.ts';
import { stateVersion } from './state-version.ts';
import { forgetNext, packagesIn, settleStore } from './store.ts';
import { readTrial, type Trial, writeTrial } from './trial.ts';
import { removeTrialAddress } from './trial-address.ts';

/** How long an update may take to work, and how long a script of its packages may run. */
const TRIAL_S = Number(process.env.TRIAL_SECONDS) || 300;
const SCRIPT_S = Number(process.env.SCRIPT_SECONDS) || 300;
/** How long the previous version is waited for; then it is said that it does not work either. */
const RETURN_S = 300;
/** How long its packages may take to download, if they are not here. */
const DOWNLOAD_S = 600;
const PAUSE_MS = 500;

const seconds = (): number => Math.floor(Date.now() / 1000);

/** Runs dpkg, and ends its scripts that hang meanwhile. */
const watched = async (isAnyEnded: () => boolean, ...args: readonly string[]) => {
  const timer = setInterval(isAnyEnded, PAUSE_MS);
  const ended = await dpkg(...args);
  clearInterval(timer);
  return ended;
};

/**
 * Waits for dpkg. What it left in pieces, because it or the machine was killed, is completed; `between` where that
 * fails.
 */
const untilInstalled = async (trial: Trial): Promise<ReturnType<typeof stageOf>> => {
  const isAnyEnded = hangingScripts(1000 * SCRIPT_S);
  for (; ; await pause(PAUSE_MS)) {
    const hasHung = isAnyEnded();
    if (trial.process && isRunning(trial.process)) continue;
    const stage = stageOf(readInstalled(), trial);
    if (stage !== 'between' || hasHung) return stage;
    const files = packagesIn(NEXT, trial.to);
    const ended = await watched(
      isAnyEnded,
      ...(files ? ['--install', ...files] : ['--configure', ...PACKAGES]),
    );
    if (!ended.isOk && !isLocked(ended)) return stageOf(readInstalled(), trial);
  }
};

/** Removes the address of an attempt, also of one that was cut short. */
const cleanTrial = async (trial: Trial): Promise<Trial> => {
  const { address, ...rest } = trial;
  if (address === undefined) return trial;
  try {
    await removeTrialAddress(readModel(), address);
  } catch {
    // mail expires, and so does an address that nobody uses
  }
  return writeTrial(rest);
};

/** Tries until all works, or the time is over; what does not work then. */
const untilWorking = async (begun: Trial, deadline: number): Promise<string | undefined> => {
  let trial = begun;
  for (; ; await pause(2 * PAUSE_MS)) {
    const fault = await faultNow(trial.isConfigurable, (address) => {
      trial = writeTrial({ ...trial, address });
    });
    trial = await cleanTrial(trial);
    if (fault === undefined || seconds() > deadline) return fault;
    if (fault !== trial.fault) trial = writeTrial({ ...trial, fault });
  }
};

/** Offers the relay's packages to new relays, which must be those that are installed. */
const SHARE = 'chatmail-share.service';

/** Nothing of the trial is left, but what {@link tell} wrote. */
const end = (): void => {
  // First: without it the rest is started, and removed, again.
  rmSync(TRIAL_FILE, { force: true });
  for (const path of [DOWNLOAD, THIS_BOOT, TRIAL, UNIT_WANTED, UNIT_COPY])
    rmSync(path, { recursive: true, force: true });
  spawnSync('systemctl', ['daemon-reload']);
  spawnSync('systemctl', ['start', '--no-block', SHARE]);
};

const isEarlier = (version: string, than: string): boolean =>
  spawnSync('dpkg', ['--compare-versions', version, 'lt', than]).status === 0;

const keep = ({ from, to }: Trial): Outcome => {
  settleStore(to);
  // Who goes back wants to stay there.
  if (isEarlier(to, from)) pinVersion(from, `${to} was installed in its place`);
  else unpin();
  return { from, to, result: 'kept', at: seconds() };
};

/** How often dpkg is tried that fails: scripts of a version that does not work fail too. */
const TRIES = 3;

const installAgain = async (files: readonly string[]): Promise<boolean> => {
  const isAnyEnded = hangingScripts(1000 * SCRIPT_S);
  for (let tries = 0; tries < TRIES; await pause(PAUSE_MS)) {
    const ended = await watched(isAnyEnded, '--install', ...files);
    if (ended.isOk) return true;
    if (isLocked(ended)) continue;
    process.stderr.write(ended.text);
    tries++;
  }
  return false;
};

/** Packages of a version that the archive has, where there is one. */
const fetched = async (version: string): Promise<readonly string[] | undefined> => {
  mkdirSync(DOWNLOAD, { recursive: true });
  await outside(downloadCommand(version), { folder: DOWNLOAD, seconds: DOWNLOAD_S });
  return packagesIn(DOWNLOAD, version);
};

/** Puts the previous version in its place again. */
const undo = async (trial: Trial, fault: string): Promise<Outcome> => {
  const { from, to } = trial;
  const undoing = writeTrial({ ...trial, phase: 'undoing', fault });
  pinVersion(to, `it was undone: ${fault}`);
  const failed = (why: string): Outcome => ({
    from,
    to,
    result: 'failed',
    reason: `${fault}; ${why}`,
    at: seconds(),
  });
  if (stateVersion() > STATE_VERSION) return failed(`${from} does not understand its state`);
  const files = packagesIn(PACKAGE_STORE, from) ?? packagesIn(PREVIOUS, from) ?? (await fetched(from));
  if (!files) return failed(`the packages of ${from} are neither in this machine nor in its archive`);
  // What failed too often would not be started by the previous version.
  spawnSync('systemctl', ['reset-failed']);
  if (!(await installAgain(files)))
    return failed(`dpkg cannot install ${from}: see \`journalctl -u chatmail-trial\``);
  const still = trial.isDown ? undefined : await untilWorking(undoing, seconds() + RETURN_S);
  settleStore(from);
  // Where neither works, the fault is not the new one's: it may be tried again.
  if (still !== undefined) unpin();
  const reason = still === undefined ? fault : `${fault}; ${from} does not work either: ${still}`;
  return { from, to, result: 'undone', reason, at: seconds() };
};

/** A boot needs time of its own. */
const isInterrupted = (): boolean => !existsSync(THIS_BOOT);

const tried = async (trial: Trial): Promise<Outcome> => {
  if (trial.isDown) return keep(trial);
  const deadline = isInterrupted() ? undefined : trial.deadline;
  const trying = writeTrial({ ...trial, phase: 'trying', deadline: deadline ?? seconds() + TRIAL_S });
  replaceFile(THIS_BOOT, '');
  const fault = await untilWorking(trying, trying.deadline ?? 0);
  return fault === undefined ? keep(trying) : undo(trying, fault);
};

/**
 * Sees an update through: what dpkg left in pieces is completed, then the new version has to show that it works; or the
 * previous version comes back. Runs from before dpkg begins until it is over, over any number of boots; each step can be
 * repeated. All of it is the code of the version that worked.
 */
export const judge = async (): Promise<number> => {
  const found = readTrial();
  if (!found) {
    end();
    return 0;
  }
  const trial = await cleanTrial(found);
  if (trial.phase === 'undoing') {
    await tell(await undo(trial, trial.fault ?? ''));
    end();
    return 0;
  }
  const stage = await untilInstalled(trial);
  if (stage === 'after') await tell(await tried(trial));
  else if (stage === 'between') await tell(await undo(trial, 'its packages cannot be installed'));
  // Nothing was installed, or something else was.
  else forgetNext();
  end();
  return 0;
};
