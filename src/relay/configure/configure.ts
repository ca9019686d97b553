import { hostname, networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { printProblems } from '../../config/print-problems.ts';
import { readFlags } from '../../config/read-flags.ts';
import { type Settings, withDefaults } from '../../config/schema.ts';
import { isPublic } from '../../model/is-public.ts';
import type { Addresses } from '../../model/zone.ts';
import { findAddresses } from '../cloud/find-addresses.ts';
import type { Cloud } from '../cloud/read-cloud.ts';
import { SETTINGS_FILE, settingsSources } from '../cloud/settings-sources.ts';
import { KEPT_CLOUD, settleCloud } from '../cloud/settle-cloud.ts';
import { exists } from '../lib/exists.ts';
import { PublicError } from '../lib/public-error.ts';
import { readModel } from '../lib/read-model.ts';
import { readText } from '../lib/read-text.ts';
import { replaceFile } from '../lib/replace-file.ts';
import type { State } from '../readiness/state.ts';
import { unreadUserData } from '../readiness/unread-user-data.ts';
import { applySettings } from './apply-settings.ts';
import { changeNotes, settingChanges } from './changes.ts';
import { editSettings } from './edit-settings.ts';
import { errorTrouble, fail, settingsTrouble, WRONG_SETTINGS } from './fail.ts';
import { SEEN_SETTINGS } from './paths.ts';
import { readSettings } from './read-settings.ts';
import { takeTurn } from './take-turn.ts';
import { configureAnewSoon, restartFirstboot, stopFirstboot } from './units.ts';

/** What a machine cannot do anything about, and its operator should know. */
const remark = ({ ipv4 }: Addresses): string | undefined =>
  ipv4 !== undefined && !isPublic(ipv4)
    ? `only the private address ${ipv4} was found; the relay cannot be reached from the Internet`
    : undefined;

/** Those of the last configuration; none where there was none, or what it wrote is damaged. */
const currentSettings = (): Settings | undefined => {
  try {
    return readModel().settings;
  } catch {
    return undefined;
  }
};

/** The same without defaults: only what was set. */
const lastKnownSettings = (): object | undefined => {
  const defaults: Readonly<Record<string, unknown>> = { ...withDefaults({}) };
  const known = currentSettings();
  const isSet = ([name, value]: [string, unknown]) => !isDeepStrictEqual(value, defaults[name]);
  return known && Object.fromEntries(Object.entries(known).filter(isSet));
};

const LOST = `${KEPT_CLOUD} is damaged, and the cloud's metadata is not available`;

/** Why it cannot be known what the machine was told: then nothing is guessed. */
const unknown = ({ isLost }: Cloud, lastKnown: object | undefined): string | undefined => {
  if (exists(SETTINGS_FILE) && readText(SETTINGS_FILE) === undefined)
    return `${SETTINGS_FILE} cannot be read: it must be a file of at most 1 MiB`;
  return isLost && !lastKnown
    ? `${LOST}: reboot when its metadata service answers, or remove the file to continue without it`
    : undefined;
};

const isConfirmed = async (): Promise<boolean> => {
  const lines = createInterface(process.stdin, process.stderr);
  const answer = await new Promise<string>((resolve) => lines.question('Apply? [y/N] ', resolve));
  lines.close();
  return /^y/i.test(answer);
};

const NOTHING = 'nothing to change\n';

interface ConfigureOptions {
  /** Run by a person: says so if there was nothing to change. */
  readonly isByHand?: boolean | undefined;
  readonly isBoot?: boolean | undefined;
  /** Says what would change, and changes nothing. */
  readonly isDryRun?: boolean | undefined;
  /** Does not ask on a terminal. */
  readonly isConfirmed?: boolean | undefined;
  /** `name=value` to put into the settings file first. */
  readonly set?: readonly string[] | undefined;
}

/** The settings with such a settings file. */
const settingsWith = (
  file: string | undefined,
  cloud: Cloud,
  address: string | undefined,
  lastKnown?: object | undefined,
): ReturnType<typeof readSettings> =>
  readSettings(settingsSources(cloud, file), {
    hostNames: [cloud.hostName ?? '', hostname()],
    address,
    lastKnown,
  });

/** What would be wrong with the settings if this were the settings file; `undefined`: nothing. */
export const settingsProblem = async (text: string): Promise<string | undefined> => {
  const cloud = settleCloud(true);
  const { ipv4 } = await findAddresses(networkInterfaces(), cloud);
  const found = settingsWith(text, cloud, ipv4);
  return found.ok ? undefined : printProblems(found.problems).trim();
};

/**
 * From settings to a configured machine: keys that are missing, files that changed, and the servers that read
 * them. Each step can be repeated. At boot a problem is shown on the console and keeps mail down; by hand it is
 * printed and nothing changes, and what changes is shown before.
 */
export const configure = async (options: ConfigureOptions = {}): Promise<number> => {
  const { isBoot = false, isDryRun = false } = options;
  let endTurn = () => {};
  try {
    // Who has its turn may wait for systemd, and systemd for the unit that this is at boot.
    const turn = isDryRun ? endTurn : takeTurn(!isBoot);
    if (!turn) configureAnewSoon();
    else endTurn = turn;
    return turn ? await settle(options, endTurn) : 0;
  } catch (error) {
    return fail('configuration failed', errorTrouble(error), isBoot, {});
  } finally {
    endTurn();
  }
};

const settle = async (options: ConfigureOptions, endTurn: () => void): Promise<number> => {
  const { isBoot = false, isDryRun = false, set = [] } = options;
  const cloud = settleCloud(isDryRun);
  const text = readText(SETTINGS_FILE);
  if (isBoot) replaceFile(SEEN_SETTINGS, text ?? '', 0o600);
  const lastKnown = cloud.isLost && lastKnownSettings();
  const addresses = await findAddresses(networkInterfaces(), cloud);
  const { ipv4, ipv6 } = addresses;
  const address = ipv4 ?? ipv6;
  const unread = unreadUserData(cloud.name);
  const facts: Partial<State> = {
    addresses,
    ...(address !== undefined && { address }),
    cloud: cloud.name,
    problems:
      [remark(addresses), unread, lastKnown && `${LOST}: the last settings stay in use`]
        .filter(Boolean)
        .join('\n') || undefined,
    details: undefined,
  };
  const reason = unknown(cloud, lastKnown);
  if (reason !== undefined)
    return fail('settings are unknown', errorTrouble(new PublicError(reason)), isBoot, facts);
  const flags = readFlags(set);
  const file = flags.ok && set[0] !== undefined ? editSettings(text ?? '', set) : text;
  const found = flags.ok ? settingsWith(file, cloud, ipv4, lastKnown) : flags;
  if (!found.ok) return fail(WRONG_SETTINGS, settingsTrouble(found.problems), isBoot, facts);
  const { value } = found;
  for (const name of Object.keys(flags.ok ? flags.value : {})) {
    const source = value.sources[name];
    if (source !== SETTINGS_FILE) {
      const stronger = new PublicError(
        `${name} is set by ${source}, which takes precedence: change it there`,
      );
      return fail('', errorTrouble(stronger), isBoot, facts);
    }
  }
  const before = currentSettings();
  const changes = isBoot ? [] : settingChanges(before, value);
  const shown = isDryRun
    ? [`cloud: ${cloud.name ?? unread ?? 'none'}`, `address: ${address ?? 'none'}`, ...changes]
    : changes;
  for (const line of shown) process.stdout.write(`${line}\n`);
  if (!isBoot) for (const line of changeNotes(before, value)) process.stderr.write(`${line}\n`);
  if (isDryRun && changes.length === 0) process.stdout.write(NOTHING);
  if (isDryRun) return 0;
  const mustAsk = changes[0] !== undefined && process.stdin.isTTY && !options.isConfirmed && !isBoot;
  if (mustAsk) {
    endTurn();
    return (await isConfirmed()) ? configure({ ...options, isConfirmed: true }) : 1;
  }
  try {
    if (!isBoot) stopFirstboot();
    if (file !== undefined && file !== text) replaceFile(SETTINGS_FILE, file);
    const written = applySettings(value, facts, isBoot);
    replaceFile(SEEN_SETTINGS, file ?? '', 0o600);
    const isNothing = changes.length === 0 && written.length === 0;
    if (options.isByHand && !isBoot && isNothing) process.stdout.write(NOTHING);
    return 0;
  } catch (error) {
    if (!isBoot) restartFirstboot();
    return fail('configuration failed', errorTrouble(error), isBoot, facts);
  }
};
