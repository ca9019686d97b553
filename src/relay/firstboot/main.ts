import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { CheckedRecord } from '../../dns/compare.ts';
import { isComplete } from '../../dns/report.ts';
import type { Model } from '../../model/model.ts';
import { PROBES } from '../../model/service-facts.ts';
import { certify } from '../certificate/certify.ts';
import { renewAddress } from '../certificate/certify-address.ts';
import { validCertificate } from '../certificate/live-certificate.ts';
import { announce } from '../readiness/announce.ts';
import { lookAtDns } from '../readiness/look-at-dns.ts';
import { checkPort25 } from '../readiness/port25.ts';
import { silentOf } from '../readiness/probes.ts';
import { type CertificateState, readState } from '../readiness/state.ts';
import { updateState } from '../readiness/update-state.ts';

/** systemd starts the servers at this time, and restarts any that fails. */
const untilAllAnswer = async (): Promise<void> => {
  for (let waiting = await silentOf(PROBES); waiting.length > 0; waiting = await silentOf(waiting)) {
    const names = waiting.map(({ name }) => name).join(', ');
    updateState({ state: 'starting', step: `waiting for ${names} to answer` });
    await pause(100);
  }
};

/** Short while the setup page may be open, longer later. */
const HOUR_MS = 3_600_000;
const isEarly = (begun: number): boolean => performance.now() - begun < HOUR_MS;

/** A record that is not as it must be, in words. */
const fault = ({ type, name, value, state, found = [] }: CheckedRecord): string => {
  const words = { missing: 'is missing', unknown: 'gets no answer', found: '' };
  const is =
    state === 'different'
      ? `is ${found.join(' and ')} and should ${value ? `be ${value}` : 'not be'}`
      : words[state];
  return `DNS: ${type} ${name} ${is}`.replace(/(\S{60})\S+/g, '$1...');
};

/** What is still wanting, in words; empty: nothing. */
const wanting = (dns: readonly CheckedRecord[], certificate: CertificateState | undefined): string =>
  [
    ...dns.filter((record) => record.isRequired && record.state !== 'found').map(fault),
    ...(certificate && /waiting|failed/.test(certificate.state)
      ? [`certificate: ${certificate.detail}`]
      : []),
  ].join('\n');

/** Follows DNS and the certificate until nothing is wanting; each step can be cut off and begun again. */
const untilComplete = async (model: Model, at: string): Promise<void> => {
  const begun = performance.now();
  let told = '';
  for (;;) {
    const dns = await lookAtDns(model);
    updateState({ dns });
    const certificate = model.isCertified ? await certify(model, dns) : readState()?.certificate;
    const news = wanting(dns, certificate);
    if (news === '') return updateState({ certificate });
    updateState({ state: 'waiting', step: news.replaceAll('\n', '; '), certificate });
    if (news !== told)
      announce(
        `waiting: ${at}, for DNS records and a certificate\n${news}\nhttp://${readState()?.address}/ shows the records to add.`,
      );
    told = news;
    await pause(isEarly(begun) ? 3000 : 30_000);
  }
};

/** The text for a relay that is reached only by its address. */
const BY_ADDRESS = 'reached by its address: the domain does not point here yet';

/**
 * Follows DNS for a relay that is ready without it, while the operator may be about to publish it; later its timer
 * looks.
 */
const untilPublished = async (model: Model, at: string): Promise<void> => {
  const begun = performance.now();
  let isTold = false;
  for (;;) {
    const dns = await lookAtDns(model);
    const isPublished = isComplete(dns);
    updateState({ dns, step: isPublished ? 'ready' : BY_ADDRESS });
    if (isPublished || !isEarly(begun)) return;
    if (!isTold)
      announce(
        `ready: ${at}\nThe domain does not point here yet. Accounts made at http://${readState()?.address}/join connect to that address; mail from other servers does not arrive. http://${readState()?.address}/setup shows the records to add.`,
      );
    isTold = true;
    await pause(3000);
  }
};

/** Asks for a certificate for the address while the operator may be about to open port 80; later the timer does. */
const untilAddressIsCertified = async (model: Model, changeKind: () => void): Promise<void> => {
  const begun = performance.now();
  while ((await renewAddress(model, changeKind)).state !== 'valid' && isEarly(begun)) await pause(3000);
};

/** Whether it was complete when it was last looked at, and nothing has ended since. */
const isStillComplete = ({ isCertified, isSelfSigned, isIpOnly, domain }: Model): boolean => {
  const { dns } = readState() ?? {};
  return (
    isSelfSigned ||
    isIpOnly ||
    (dns !== undefined && isComplete(dns) && (!isCertified || validCertificate(domain) !== undefined))
  );
};

/** Where the machine was made from a pasted text, which carries the first package alone. */
const getExtras = (): void => {
  spawnSync('systemd-run', ['-q', '--no-block', '--collect', 'sh', '/usr/share/chatmail/get-extras']);
};

/**
 * Waits until everything answers, DNS says what it must and there is a certificate, and says so. A relay that signs
 * for itself is ready at once, by its address, and says so while its DNS is not there. `changeKind` has all configured
 * again when an authority has certified the address, or no longer does.
 */
export const firstboot = async (model: Model, changeKind: () => void): Promise<number> => {
  const address = readState()?.address ?? model.host;
  const at = `${model.domain} at ${address}`;
  const port25 = checkPort25().then((found) => {
    updateState({ port25: found });
    return found;
  });
  await untilAllAnswer();
  if (!isStillComplete(model)) await untilComplete(model, at);
  updateState({ state: 'ready', step: 'ready' });
  const ready = [`ready: ${at}`, readState()?.problems].filter(Boolean).join('\n');
  announce(ready);
  getExtras();
  if ((await port25) === 'blocked')
    announce(`${ready}\nOutgoing port 25 is blocked: see http://${address}/setup`);
  if (model.isAddressCertified) await untilAddressIsCertified(model, changeKind);
  if (model.isIpOnly) return 0;
  if (model.isSelfSigned) {
    await untilPublished(model, at);
    return 0;
  }
  const dns = await lookAtDns(model);
  updateState({ dns });
  if (model.isCertified) updateState({ certificate: await certify(model, dns) });
  return 0;
};
