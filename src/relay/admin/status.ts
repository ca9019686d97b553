import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { printable } from '../../config/printable.ts';
import { ECHOBOT, PATHS } from '../../model/model.ts';
import { socketPath } from '../../model/readers.ts';
import { ESSENTIAL_UNITS } from '../../model/service-facts.ts';
import { VERSION } from '../../version.ts';
import { archiveUrl, versionText } from '../lib/archive.ts';
import { dictClient } from '../lib/dict-client.ts';
import { exists } from '../lib/exists.ts';
import { BY_INVITATION } from '../lib/invitations.ts';
import { missingEchobot } from '../lib/missing-echobot.ts';
import { readModel } from '../lib/read-model.ts';
import { readRegular } from '../lib/read-regular.ts';
import { readText } from '../lib/read-text.ts';
import { readState, type State } from '../readiness/state.ts';

/** `systemctl is-active` exits non-zero when one is not, but still prints a line for each. */
const activity = (): string[] => {
  try {
    return execFileSync('systemctl', ['is-active', ...ESSENTIAL_UNITS], { encoding: 'utf8' })
      .trim()
      .split('\n');
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? '')
      .trim()
      .split('\n');
  }
};

/** How to get in contact with the bot, or why there is none although a setting wants one. */
const echobotNow = (): string | undefined => {
  try {
    const link = readRegular(ECHOBOT.invite)?.toString().trim();
    return link ?? (readModel().settings.echobot ? missingEchobot() : undefined);
  } catch {
    return undefined;
  }
};

/** Whether a first login makes an address, as the one that makes them says it. */
const newAddresses = async (): Promise<string> => {
  const dict = dictClient(socketPath('census'), { timeoutMs: 1000 });
  try {
    const reason = await dict.lookup('shared/closed');
    if (reason === BY_INVITATION) return reason;
    return reason === undefined ? 'accepted' : `refused: ${reason}`;
  } catch {
    return 'unknown';
  } finally {
    dict.close();
  }
};

/** Why mail does not expire, by what the last run has left. It is vmail's to write. */
const expiry = (): string | undefined => {
  try {
    const { refusal } = JSON.parse(readRegular(PATHS.expireClock, 4096)?.toString() ?? '{}');
    return typeof refusal === 'string' ? printable(refusal) : undefined;
  } catch {
    return undefined;
  }
};

/** Whether something makes the relay ready now: the one stays active when it is done, the other ends. */
const isBeingMade = (): boolean => {
  const units = ['chatmail-configure', 'chatmail-firstboot'];
  const { stdout } = spawnSync('systemctl', ['is-active', ...units], { encoding: 'utf8' });
  const [configure, firstboot] = String(stdout).split('\n');
  return configure === 'activating' || firstboot === 'active' || firstboot === 'activating';
};

/** Of the model, which the services read as themselves. */
const checkModel = (): void => {
  readModel();
  if ((statSync(PATHS.model).mode & 0o444) !== 0o444)
    throw new Error(`${PATHS.model} cannot be read by the services: run \`chatmail configure\``);
};

const problemOf = (action: () => unknown): string | undefined => {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

/** What a state does not tell: files that are damaged, and a setup that was interrupted. */
const damage = (state: State | undefined): readonly string[] => {
  // The page goes with every boot, and comes with its configuration.
  const isNew = ![PATHS.state, PATHS.model, PATHS.setup].some(exists);
  if (isNew) return [];
  const isOnTheWay = /^(configuring|starting|waiting)$/.test(state?.state ?? '');
  return [
    state ? undefined : `${PATHS.state} is missing or damaged: run \`chatmail configure\``,
    state?.state === 'error' ? undefined : problemOf(checkModel),
    isOnTheWay && !isBeingMade() ? 'the setup was interrupted: run `chatmail configure`' : undefined,
  ].filter((problem): problem is string => problem !== undefined);
};

/** Prints where the relay stands. Exit status 0 when it is ready and all services run, else 1. */
export const status = async (isJson: boolean): Promise<number> => {
  const state = readState();
  const damaged = damage(state);
  const told = [PATHS.archiveProblem, PATHS.updateProblem].map(readText);
  const problems =
    [state?.details ?? state?.problems, ...damaged, ...told].filter(Boolean).join('\n') || undefined;
  const services = activity();
  const isFine =
    state?.state === 'ready' && damaged.length === 0 && services.every((service) => service === 'active');
  const echobot = echobotNow();
  const accepts = await newAddresses();
  const expireRefusal = expiry();
  // of `chatmail share`
  const runYourOwn = readText('/run/chatmail/share') || undefined;
  if (isJson) {
    const units = Object.fromEntries(ESSENTIAL_UNITS.map((unit, i) => [unit, services[i] ?? 'unknown']));
    process.stdout.write(
      `${JSON.stringify({ version: VERSION, archive: archiveUrl(), ...state, problems, services: units, newAddresses: accepts, expireRefusal, echobot, runYourOwn })}\n`,
    );
    return isFine ? 0 : 1;
  }
  const stateless = damaged.length > 0 ? 'unknown' : 'not configured yet: there are no settings';
  const { domain = '-', address = '-', cloud, sources = {}, certificate, port25 } = state ?? {};
  const rows = [
    ['version', versionText()],
    ['state', state ? [...new Set([state.state, state.step])].join(': ') : stateless],
    ['domain', domain],
    ['address', address],
    ...(cloud ? [['cloud', cloud]] : []),
    ...(certificate
      ? [['certificate', `${certificate.isEnding ? 'ends soon' : certificate.state}: ${certificate.detail}`]]
      : []),
    ...(port25 ? [['outgoing port 25', port25]] : []),
    ...Object.entries(sources).map(([name, source]) => [name, `from ${source}`]),
    ['new addresses', accepts],
    ...(expireRefusal === undefined ? [] : [['nothing expires', expireRefusal]]),
    ...ESSENTIAL_UNITS.map((unit, i) => [unit, services[i] ?? 'unknown']),
    ...(echobot === undefined ? [] : [['echobot', echobot]]),
    ...(runYourOwn === undefined ? [] : [['run your own', runYourOwn]]),
  ];
  for (const [name = '', value = ''] of rows) process.stdout.write(`${name.padEnd(28)} ${value}\n`);
  if (problems) process.stdout.write(`\n${problems}\n`);
  return isFine ? 0 : 1;
};
