import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { printProblems } from '../../config/print-problems.ts';
import { joinCode } from '../../model/join-code.ts';
import { type Model, modelOf, PATHS } from '../../model/model.ts';
import type { Addresses } from '../../model/zone.ts';
import { type RelayFile, renderFiles } from '../../render/render.ts';
import { templatesFor } from '../../render/templates.ts';
import { drawQr } from '../lib/qr.ts';
import { type CertificateState, readState, updateState } from '../lib/state.ts';
import { announce } from './announce.ts';
import { applyFiles } from './apply-files.ts';
import { mountDataVolume, withKeptCertificate } from './data-volume.ts';
import { ensureCertificate, ensureDkimKey } from './keys.ts';
import { ownAddresses } from './public-address.ts';
import { type RelaySettings, readSettings } from './read-settings.ts';
import { settingsSources } from './settings-sources.ts';
import { applyTurn } from './turn.ts';
import { reload, startRelay, unitsFor, watchCertificate } from './units.ts';

const SHARE = '/usr/share/chatmail';
/** While it exists the mail servers may start; gone with every boot (`ConditionPathExists=` in their units). */
const CONFIGURED = '/run/chatmail/configured';

const PLACEHOLDER: CertificateState = {
  state: 'placeholder',
  detail: 'our own, until an authority gives one',
};

/** What there is to say of a certificate that no authority is asked for. */
const certificateKind = (model: Model): CertificateState | undefined => {
  if (model.isSelfSigned) return { state: 'self-signed', detail: 'apps know it by the code to join with' };
  return model.isCertified ? undefined : { state: 'external', detail: model.certificate };
};

/** The picture of the code to join with, where it is the same for everybody. */
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

const fail = (step: string, text: string, isBoot: boolean): number => {
  if (!isBoot) {
    process.stderr.write(`${text}\n`);
    return 1;
  }
  rmSync(CONFIGURED, { force: true });
  // Else cloud-init would keep its copy of the user-data over the reboot, as long as the instance is the same.
  rmSync('/var/lib/cloud/instance/obj.pkl', { force: true });
  updateState({ state: 'error', step: `${step}, mail services stay down`, problems: text });
  announce(`error: ${text}\n${step}: mail services stay down. Correct it and reboot.`);
  return 1;
};

const apply = ({ settings: asked, sources }: RelaySettings, found: Addresses, isBoot: boolean): void => {
  // A kernel without IPv6 has no such socket to listen on, and a server that tries does not start.
  const settings = { ...asked, disable_ipv6: asked.disable_ipv6 || !existsSync('/proc/net/if_inet6') };
  const model = modelOf(settings, { hasIroh: hasIroh() });
  const { domain } = model;
  const { ipv6, ...ipv4Only } = found;
  const addresses = settings.disable_ipv6 ? ipv4Only : found;
  const address = found.ipv4 ?? ipv6;
  // What was found out about another domain is not true of this one.
  const before = readState();
  const known = before?.domain === domain ? before : { dns: undefined, certificate: undefined };
  updateState({
    ...{
      state: 'configuring',
      step: 'writing configuration',
      problems: undefined,
      domain,
      addresses,
      sources,
    },
    ...(address !== undefined && { address }),
    dns: known.dns,
    certificate: certificateKind(model) ?? known.certificate ?? PLACEHOLDER,
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
  const turn = files.find(({ path }) => path === PATHS.turn)?.content ?? '';
  changed.push(...applyTurn(model, turn, address));
  if (isNewCertificate) changed.push(model.certificate);
  for (const path of changed) process.stdout.write(`${path}\n`);
  mkdirSync('/run/chatmail', { recursive: true });
  writeFileSync(CONFIGURED, '');
  updateState({ state: 'starting', step: 'starting services' });
  reload(unitsFor(changed), isBoot);
  watchCertificate(model);
  if (!isBoot) startRelay();
};

/**
 * From settings to a configured machine: keys that are missing, files that changed, and the servers that read
 * them. Each step can be repeated. With `isBoot` a problem is shown on the console and keeps mail down; by hand
 * it is printed and nothing changes.
 */
export const configure = (isBoot: boolean): number => {
  const addresses = ownAddresses(networkInterfaces());
  const found = readSettings(settingsSources(), addresses.ipv4);
  if (!found.ok) return fail('settings are wrong', printProblems(found.problems).trim(), isBoot);
  try {
    apply(found.value, addresses, isBoot);
    return 0;
  } catch (error) {
    return fail('configuration failed', error instanceof Error ? error.message : String(error), isBoot);
  }
};
