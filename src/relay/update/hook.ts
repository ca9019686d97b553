import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { PACKAGE_STORE, PACKAGES } from '../../model/packages.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { replaceLink } from '../lib/replace-link.ts';
import { NO_TRIAL } from './dpkg.ts';
import { readInstalled } from './installed.ts';
import { THIS_BOOT, TRIAL, TRIAL_PROGRAM, UNIT, UNIT_COPY, UNIT_SOURCE, UNIT_WANTED } from './paths.ts';
import { argumentsOf, parentOf, processOf } from './process.ts';
import { stateVersion, understoodState } from './state-version.ts';
import { keepNext, type PackageFile, packagesIn } from './store.ts';
import { readTrial, writeTrial } from './trial.ts';

/** Whether the mail services may run (`ConditionPathExists=` in their units). */
const CONFIGURED = '/run/chatmail/configured';

/** dpkg stops when its hook ends with this, and goes on after everything else. */
const REFUSED = 3;

const say = (message: string): void => void process.stderr.write(`chatmail: ${message}\n`);

/** The dpkg that runs this; between them is a shell. */
const findDpkg = (pid = process.ppid, depth = 5): number | undefined => {
  if (pid < 2 || depth === 0) return undefined;
  return basename(argumentsOf(pid)[0] ?? '') === 'dpkg' ? pid : findDpkg(parentOf(pid), depth - 1);
};

/** Files that are packages; apt gives a folder of links where there are many. */
const packageFiles = (args: readonly string[], folder: string): string[] =>
  args.flatMap((arg) => {
    const path = resolve(folder, arg);
    const found = arg.startsWith('-') ? undefined : statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory())
      return packageFiles(
        readdirSync(path).map((name) => join(path, name)),
        path,
      );
    return found?.isFile() && path.endsWith('.deb') ? [path] : [];
  });

const fieldsOf = (path: string): PackageFile & { readonly provides: string } => {
  const format = '--showformat=${Package}\\t${Version}\\t${Provides}';
  const { stdout } = spawnSync('dpkg-deb', ['--show', format, path], { encoding: 'utf8' });
  const [name = '', version = '', provides = ''] = stdout.split('\t');
  return { path, name, version, provides };
};

/** The settings are right, as far as they are here. */
const isConfigurable = (): boolean =>
  spawnSync('/usr/bin/chatmail', ['configure', '--dry-run'], { stdio: 'ignore', timeout: 60_000 }).status ===
  0;

/** The judge of a trial, and what starts it at each boot: whatever comes with the new version replaces neither. */
const prepareTrial = (): void => {
  mkdirSync(TRIAL, { recursive: true, mode: 0o700 });
  replaceFile(TRIAL_PROGRAM, readFileSync(process.argv[1] ?? ''), 0o755);
  replaceFile(UNIT_COPY, readFileSync(UNIT_SOURCE));
  replaceLink(UNIT_WANTED, UNIT_COPY);
};

/**
 * Runs before each dpkg that installs something (dpkg(1), `--pre-invoke`): starts the trial of an update. The exit
 * status.
 */
export const beforeDpkg = (): number => {
  const dpkg = process.env[NO_TRIAL] === undefined ? findDpkg() : undefined;
  if (dpkg === undefined) return 0;
  const folder = readlinkSync(`/proc/${dpkg}/cwd`);
  const ours = packageFiles(argumentsOf(dpkg).slice(1), folder)
    .map(fieldsOf)
    .filter(({ name }) => PACKAGES.some((one) => one === name));
  const [{ version: to } = { version: '' }] = ours;
  const relay = readInstalled()[PACKAGES[0]];
  if (ours.length === 0 || !relay || !existsSync('/run/systemd/system')) return 0;
  const running = readTrial();
  if (running?.phase === 'undoing') {
    say(`the update to ${running.to} is being undone: wait until \`chatmail status\` says that it is`);
    return REFUSED;
  }
  if (ours.some(({ provides }) => understoodState(provides) < stateVersion())) {
    say(
      `${to} does not understand the state that ${relay.version} has written: it cannot be installed over it`,
    );
    return REFUSED;
  }
  if (to === relay.version && !running) return 0;
  const from = running?.from ?? relay.version;
  keepNext(ours, running?.to === to);
  if (!running) prepareTrial();
  writeTrial({
    from,
    to,
    phase: 'installing',
    process: processOf(dpkg),
    isDown: running?.isDown ?? !existsSync(CONFIGURED),
    isConfigurable: running?.isConfigurable ?? isConfigurable(),
  });
  mkdirSync('/run/chatmail', { recursive: true });
  replaceFile(THIS_BOOT, '');
  spawnSync('systemctl', ['daemon-reload']);
  spawnSync('systemctl', ['restart', '--no-block', UNIT]);
  if (!packagesIn(PACKAGE_STORE, from))
    say(
      `there are no copies of the packages of ${from}: only if its archive has them can this update be undone`,
    );
  return 0;
};
