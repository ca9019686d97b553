import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { printProblems } from '../../config/print-problems.ts';
import { readFlags } from '../../config/read-flags.ts';
import { type Settings, withDefaults } from '../../config/schema.ts';
import { isPublic } from '../../model/is-public.ts';
import { joinCode } from '../../model/join-code.ts';
import { type Model, modelOf, PATHS } from '../../model/model.ts';
import { readersOf } from '../../model/readers.ts';
import type { Addresses } from '../../model/zone.ts';
import { type RelayFile, renderFiles } from '../../render/render.ts';
import { templatesFor } from '../../render/templates.ts';
import { addressCertificate } from '../certificate/certify-address.ts';
import { ensureCertificate, hasAddressCertificate } from '../certificate/ensure-certificate.ts';
import { findAddresses } from '../cloud/find-addresses.ts';
import type { Cloud } from '../cloud/read-cloud.ts';
import { SETTINGS_FILE, settingsSources } from '../cloud/settings-sources.ts';
import { KEPT_CLOUD, settleCloud } from '../cloud/settle-cloud.ts';
import { exists } from '../lib/exists.ts';
import { missingEchobot } from '../lib/missing-echobot.ts';
import { PublicError } from '../lib/public-error.ts';
import { drawQr } from '../lib/qr.ts';
import { readModel } from '../lib/read-model.ts';
import { readText } from '../lib/read-text.ts';
import { reload } from '../lib/reload.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { type CertificateState, readState, type State } from '../readiness/state.ts';
import { unreadDrive } from '../readiness/unread-drive.ts';
import { updateState } from '../readiness/update-state.ts';
import { applyFiles } from './apply-files.ts';
import { changeNotes, settingChanges } from './changes.ts';
import { mountDataVolume, withKeptCertificate } from './data-volume.ts';
import { ensureDkimKey } from './dkim-key.ts';
import { ensureEchobotPassword } from './echobot.ts';
import { editSettings } from './edit-settings.ts';
import { errorTrouble, fail, settingsTrouble, WRONG_SETTINGS } from './fail.ts';
import { CONFIGURED, SHARE } from './paths.ts';
import { type RelaySettings, readSettings } from './read-settings.ts';
import { applyTurn } from './turn.ts';
import { restartFirstboot, startRelay, stopFirstboot, watchCertificate } from './units.ts';

const PLACEHOLDER: CertificateState = {
  state: 'placeholder',
  detail: 'self-signed, until the authority issues one',
};

/** What there is to say of a certificate without asking an authority; when that may be asked again stays. */
const certificateKind = (model: Model, before?: CertificateState): CertificateState | undefined => {
  if (model.isSelfSigned || model.isAddressCertified) {
    const found = addressCertificate(model.host);
    return before?.retryAt !== undefined && before.state === found.state ? before : found;
  }
  return model.isCertified ? undefined : { state: 'external', detail: model.certificate };
};

/** The QR code to join, where it is the same for everybody. */
const joinPicture = (model: Model): RelayFile[] => {
  const code = joinCode(model);
  if (code === undefined || model.settings.www_folder !== undefined) return [];
  const ascii = execFileSync('qrencode', ['-t', 'ASCII', '-m', '0', '-o', '-'], {
    input: code,
    encoding: 'utf8',
  });
  return [{ path: `${PATHS.www}/join.svg`, content: drawQr(ascii) }];
};

/** An iroh relay is not in Debian: the operator puts one here. */
const hasIroh = (): boolean =>
  ['/usr/bin', '/usr/local/bin'].some((path) => existsSync(`${path}/iroh-relay`));

/** In bytes, as /proc/meminfo has it (proc(5)): a container may be shown less there than its host has. */
const totalMemory = (): number =>
  Number(/^MemTotal: *(\d+) kB/m.exec(readText('/proc/meminfo') ?? '')?.[1]) * 1024 || 0;

/** What a machine cannot do anything about, and its operator should know. */
const remark = ({ ipv4 }: Addresses): string | undefined =>
  ipv4 !== undefined && !isPublic(ipv4)
    ? `only the private address ${ipv4} was found; the relay cannot be reached from the Internet`
    : undefined;

const apply = (
  { settings: asked, sources }: RelaySettings,
  { addresses: found = {}, ...facts }: Partial<State>,
  isBoot: boolean,
): readonly string[] => {
  // A kernel without IPv6 has no such socket to listen on, and a server that tries does not start.
  const settings = { ...asked, disable_ipv6: asked.disable_ipv6 || !existsSync('/proc/net/if_inet6') };
  const model = modelOf(settings, {
    hasIroh: hasIroh(),
    memory: totalMemory(),
    hasAddressCertificate: hasAddressCertificate(settings.mail_domain),
  });
  const { domain } = model;
  const { ipv6, ...ipv4Only } = found;
  const addresses = settings.disable_ipv6 ? ipv4Only : found;
  // What was found out about another domain is not true of this one.
  const before = readState();
  const known = before?.domain === domain ? before : { dns: undefined, certificate: undefined };
  updateState({
    ...facts,
    ...{
      state: 'configuring',
      step: 'writing configuration',
      domain,
      addresses,
      sources,
    },
    dns: known.dns,
    certificate: certificateKind(model, known.certificate) ?? known.certificate ?? PLACEHOLDER,
  });
  if (settings.data_volume !== undefined) mountDataVolume(settings.data_volume);
  if (!model.isIpOnly) ensureDkimKey();
  const isNewCertificate = withKeptCertificate(model, () => ensureCertificate(model));
  const files = renderFiles(model, templatesFor(model, `${SHARE}/templates/etc`, `${SHARE}/www`));
  const changed = applyFiles([
    ...files.filter(({ path }) => path !== PATHS.turn),
    ...joinPicture(model),
    { path: PATHS.model, content: `${JSON.stringify(model)}\n` },
  ]);
  ensureEchobotPassword(model);
  const noBot = model.settings.echobot && missingEchobot();
  if (noBot) process.stderr.write(`echobot: ${noBot}\n`);
  const turn = files.find(({ path }) => path === PATHS.turn)?.content ?? '';
  changed.push(...applyTurn(model, turn, facts.address));
  if (isNewCertificate) changed.push(model.certificate);
  for (const path of changed) process.stdout.write(`${path}\n`);
  updateState({ state: 'starting', step: 'starting services' });
  const hasBegun = existsSync(CONFIGURED);
  mkdirSync('/run/chatmail', { recursive: true });
  replaceFile(CONFIGURED, '');
  // Our own services have waited for this, and have read nothing yet.
  reload(
    readersOf(changed).filter((unit) => hasBegun || !unit.startsWith('chatmail-')),
    isBoot,
  );
  watchCertificate(model);
  if (!isBoot) startRelay();
  return changed;
};

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
  const isOutput = ([name, value]: [string, unknown]) => !isDeepStrictEqual(value, defaults[name]);
  return known && Object.fromEntries(Object.entries(known).filter(isOutput));
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

/** What would be wrong with the settings if this were the settings file; `undefined`: nothing. */
export const settingsProblem = async (text: string): Promise<string | undefined> => {
  const cloud = settleCloud(true);
  const { ipv4 } = await findAddresses(networkInterfaces(), cloud);
  const sources = settingsSources(cloud, (path) => (path === SETTINGS_FILE ? text : readText(path)));
  const hostNames = [cloud.hostName ?? '', hostname()];
  const found = readSettings(sources, { hostNames, address: ipv4 });
  return found.ok ? undefined : printProblems(found.problems).trim();
};

/**
 * From settings to a configured machine: keys that are missing, files that changed, and the servers that read
 * them. Each step can be repeated. At boot a problem is shown on the console and keeps mail down; by hand it is
 * printed and nothing changes, and what changes is shown before.
 */
export const configure = async (options: ConfigureOptions = {}): Promise<number> => {
  try {
    return await settle(options);
  } catch (error) {
    return fail('configuration failed', errorTrouble(error), options.isBoot ?? false, {});
  }
};

const settle = async (options: ConfigureOptions): Promise<number> => {
  const { isBoot = false, isDryRun = false, set = [] } = options;
  const cloud = settleCloud(isDryRun);
  const lastKnown = cloud.isLost && lastKnownSettings();
  const addresses = await findAddresses(networkInterfaces(), cloud);
  const { ipv4, ipv6 } = addresses;
  const address = ipv4 ?? ipv6;
  const facts: Partial<State> = {
    addresses,
    ...(address !== undefined && { address }),
    cloud: cloud.name,
    problems:
      [remark(addresses), unreadDrive(cloud.name), lastKnown && `${LOST}: the last settings stay in use`]
        .filter(Boolean)
        .join('\n') || undefined,
    details: undefined,
  };
  const reason = unknown(cloud, lastKnown);
  if (reason !== undefined)
    return fail('settings are unknown', errorTrouble(new PublicError(reason)), isBoot, facts);
  const flags = readFlags(set);
  const edited =
    flags.ok && set[0] !== undefined ? editSettings(readText(SETTINGS_FILE) ?? '', set) : undefined;
  const sources = settingsSources(cloud, (path) => (path === SETTINGS_FILE && edited) || readText(path));
  const hostNames = [cloud.hostName ?? '', hostname()];
  const found = flags.ok ? readSettings(sources, { hostNames, address: ipv4, lastKnown }) : flags;
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
    ? [`cloud: ${cloud.name ?? 'none'}`, `address: ${address ?? 'none'}`, ...changes]
    : changes;
  for (const line of shown) process.stdout.write(`${line}\n`);
  if (!isBoot) for (const line of changeNotes(before, value)) process.stderr.write(`${line}\n`);
  if (isDryRun && changes.length === 0) process.stdout.write(NOTHING);
  if (isDryRun) return 0;
  const mustAsk = changes[0] !== undefined && process.stdin.isTTY && !options.isConfirmed && !isBoot;
  if (mustAsk && !(await isConfirmed())) return 1;
  try {
    if (!isBoot) stopFirstboot();
    if (edited !== undefined) replaceFile(SETTINGS_FILE, edited);
    const written = apply(value, facts, isBoot);
    const isNothing = changes.length === 0 && written.length === 0;
    if (options.isByHand && !isBoot && isNothing) process.stdout.write(NOTHING);
    return 0;
  } catch (error) {
    if (!isBoot) restartFirstboot();
    return fail('configuration failed', errorTrouble(error), isBoot, facts);
  }
};
