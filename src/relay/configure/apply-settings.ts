import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { joinCode } from '../../model/join-code.ts';
import { type Model, modelOf, PATHS } from '../../model/model.ts';
import { readersOf } from '../../model/readers.ts';
import { type RelayFile, renderFiles } from '../../render/render.ts';
import { templatesFor } from '../../render/templates.ts';
import { addressCertificate } from '../certificate/certify-address.ts';
import { withPause } from '../certificate/certify-rules.ts';
import { ensureCertificate } from '../certificate/ensure-certificate.ts';
import { validCertificate } from '../certificate/live-certificate.ts';
import { isUnread, noteShown } from '../certificate/show-certificate.ts';
import { missingEchobot } from '../lib/missing-echobot.ts';
import { drawQr } from '../lib/qr.ts';
import { readText } from '../lib/read-text.ts';
import { reload } from '../lib/reload.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { type CertificateState, readState, type State } from '../readiness/state.ts';
import { updateState } from '../readiness/update-state.ts';
import { applyFiles } from './apply-files.ts';
import { mountDataVolume, withKeptCertificate } from './data-volume.ts';
import { ensureDkimKey } from './dkim-key.ts';
import { ensureEchobotPassword } from './echobot.ts';
import { CONFIGURED, SHARE } from './paths.ts';
import type { RelaySettings } from './read-settings.ts';
import { applyTurn } from './turn.ts';
import { startRelay, watchCertificate } from './units.ts';

const PLACEHOLDER: CertificateState = {
  state: 'placeholder',
  detail: 'self-signed, until the authority issues one',
};

/** What there is to say of a certificate without asking an authority; when that may be asked again stays. */
const certificateKind = (model: Model, before?: CertificateState): CertificateState | undefined => {
  if (model.isSelfSigned || model.isAddressCertified) {
    return withPause(addressCertificate(model.host), before);
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

/**
 * Writes what follows from settings that are right, and has the servers read it; returns the paths of what changed. Each
 * step can be repeated.
 */
export const applySettings = (
  { settings: asked, sources }: RelaySettings,
  { addresses: found = {}, ...facts }: Partial<State>,
  isBoot: boolean,
): readonly string[] => {
  // A kernel without IPv6 has no such socket to listen on, and a server that tries does not start.
  const settings = { ...asked, disable_ipv6: asked.disable_ipv6 || !existsSync('/proc/net/if_inet6') };
  const model = modelOf(settings, {
    hasIroh: hasIroh(),
    memory: totalMemory(),
    hasAddressCertificate: validCertificate(settings.mail_domain) !== undefined,
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
  withKeptCertificate(model, () => ensureCertificate(model));
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
  if (isUnread(model)) changed.push(model.certificate);
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
  noteShown(model);
  watchCertificate(model);
  if (!isBoot) startRelay();
  return changed;
};
