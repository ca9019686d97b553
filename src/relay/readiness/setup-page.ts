import type { CheckedRecord } from '../../dns/compare.ts';
import { relayCloud } from '../../model/clouds/relay-cloud.ts';
import { zoneFile } from '../../model/zone-text.ts';
import { escapeFor } from '../../render/escape.ts';
import { versionText } from '../lib/archive.ts';
import { nextStep } from './next-step.ts';
import { type Field, recordFields } from './record-fields.ts';
import type { CertificateState, State } from './state.ts';

const text = escapeFor('.html');

/** Good, to be waited for, or bad. */
type Mark = 'ok' | 'wait' | 'bad';

const HEADINGS: Readonly<Record<State['state'], string>> = {
  configuring: 'Setting up',
  starting: 'Starting',
  waiting: 'Almost there',
  ready: 'Ready',
  error: 'Something is wrong',
};

const part = (mark: Mark, title: string, body: string): string =>
  `<section class="${mark}"><h2>${title}</h2>\n${body}</section>\n`;

const RECORD: Readonly<Record<CheckedRecord['state'], readonly [Mark, string]>> = {
  found: ['ok', 'found'],
  missing: ['bad', 'missing'],
  different: ['bad', 'different'],
  unknown: ['wait', 'no answer'],
};

/** What to enter is there to be copied, but for numbers. */
const field = ([label, content]: Field): string =>
  /name|value/i.test(label)
    ? `<dt>${label}<dd class="copy"><code>${text(content)}</code>\n`
    : `<dt>${label}<dd>${text(content)}\n`;

/** What DNS says in place of a record. */
const others = ({ value, found = [] }: CheckedRecord): string =>
  found.map((other) => `<dt>${value ? 'Now' : 'Remove'}<dd><s>${text(other)}</s>\n`).join('');

/** A record as the fields of a web form; of one that is there its name is enough. */
const record = (checked: CheckedRecord): string => {
  const { name, type, isRequired, state } = checked;
  const [mark, word] = RECORD[state];
  const is = mark === 'bad' && !isRequired ? 'wait' : mark;
  if (state === 'found')
    return `<li class="${is}"><p><b>${text(type)}</b> <span>${text(name)}</span> <em>${word}</em></p></li>\n`;
  const where = type === 'PTR' ? '<dt>Where<dd>Reverse DNS, at the provider of the machine\n' : '';
  return `<li class="${is}"><dl>
<dt>Type<dd><b>${text(type)}</b> <em>${word}</em>
${where}${recordFields(checked).map(field).join('')}${others(checked)}</dl></li>
`;
};

const list = (dns: readonly CheckedRecord[]): string => `<ul>\n${dns.map(record).join('')}</ul>\n`;

const countFound = (dns: readonly CheckedRecord[]): string => {
  const found = dns.filter(({ state }) => state === 'found').length;
  return found === dns.length ? 'all found' : `${found} of ${dns.length} found`;
};

/** All records as a zone file, which many providers import. Reverse names are in a zone of the provider's. */
const download = (dns: readonly CheckedRecord[], domain: string): string => {
  const zone = zoneFile(dns.filter(({ type, value }) => type !== 'PTR' && value !== ''));
  return `<p><a href="data:text/plain,${encodeURIComponent(zone)}" download="${text(domain)}.zone">Download all records as a zone file</a></p>\n`;
};

const records = ({ dns = [], domain = '' }: State): string => {
  const required = dns.filter(({ isRequired }) => isRequired);
  const recommended = dns.filter(({ isRequired }) => !isRequired);
  if (!dns[0]) return '';
  const isComplete = required.every(({ state }) => state === 'found');
  const checks = isComplete ? '' : '<p>This page checks them every few seconds.</p>\n';
  const folded = recommended[0]
    ? `<details>\n<summary>Recommended <small>${countFound(recommended)}</small></summary>\n${list(recommended)}</details>\n`
    : '';
  return part(
    isComplete ? 'ok' : 'wait',
    `DNS records <small>${countFound(required)}</small>`,
    `${checks}${list(required)}${download(dns, domain)}${folded}`,
  );
};

const CERTIFICATE: Readonly<Record<CertificateState['state'], readonly [Mark, string]>> = {
  'self-signed': ['ok', 'self-signed'],
  placeholder: ['wait', 'temporary'],
  waiting: ['wait', 'waiting'],
  valid: ['ok', 'valid'],
  failed: ['bad', 'failed'],
  external: ['ok', 'provided by you'],
};

const certificate = ({ certificate: found }: State): string => {
  if (!found) return '';
  const [mark, word] = found.isEnding ? (['bad', 'ends soon'] as const) : CERTIFICATE[found.state];
  // Where the operator keeps it is private.
  const detail =
    found.state === 'external' ? '' : `${found.state === 'waiting' ? 'waiting ' : ''}${found.detail}`;
  return part(mark, `Certificate <small>${word}</small>`, detail && `<p>${text(detail)}.</p>\n`);
};

const PORT25 = { open: 'ok', blocked: 'bad', unknown: 'wait' } as const;

const port25 = ({ port25: is, cloud }: State): string => {
  if (!is) return '';
  const help = relayCloud(cloud).port25 ?? 'Ask your provider to open it.';
  const body =
    is === 'blocked'
      ? `<p>Mail to other chatmail relays goes by HTTPS. Mail to other servers waits while port 25 is blocked. ${help}</p>\n`
      : '';
  return part(PORT25[is], `Outgoing port 25 <small>${is}</small>`, body);
};

const problems = ({ state, problems: found }: State): string => {
  if (!found) return '';
  const [mark, title] = state === 'error' ? (['bad', 'Problem'] as const) : (['wait', 'Warning'] as const);
  return part(mark, title, `<pre>${text(found)}</pre>\n`);
};

/** A relay with a certificate of its own waits for no DNS; until then it is found by its address. */
const isUnnamed = ({ dns = [] }: State): boolean =>
  dns.some(({ isRequired, state }) => isRequired && state !== 'found');

const byAddress = (shown: State): string =>
  isUnnamed(shown)
    ? `<p>${text(shown.domain ?? '')} does not point here yet. Accounts made at <a href="${homeOf(shown)}join">${homeOf(shown)}join</a> work now and connect to that address.\n`
    : '';

const isSelfSigned = ({ certificate: found }: State): boolean => found?.state === 'self-signed';

/** By HTTP, where this page is all there is, its own root is this page again. */
const homeOf = (shown: State): string =>
  isSelfSigned(shown) ? `https://${text((isUnnamed(shown) ? shown.address : shown.domain) ?? '')}/` : '/';

const warning = (shown: State): string =>
  isSelfSigned(shown)
    ? '<p>Your browser will warn you, because the certificate is self-signed. The join code tells apps to accept it.\n'
    : '';

/** What to do next, and how it stands; a relay is ready whatever else is still wanting. */
const lead = (shown: State): string => {
  const { state, step } = shown;
  const next = `<p class="step">${text(nextStep(shown))}</p>\n`;
  if (state === 'ready')
    return `${next}<a class="join" href="${homeOf(shown)}">Open the home page</a>\n${warning(shown)}${byAddress(shown)}`;
  return state === 'waiting' || state === 'error' ? next : `${next}<p class="now">${text(step)}.</p>\n`;
};

/**
 * The page on which an operator follows a relay to readiness: what it waits for, what is wanted of them. Public,
 * so it holds no secret. Works without the script, which copies, and looks for news without a flicker.
 */
export const setupPage = (state: State): string => {
  const { domain, address } = state;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
${state.state === 'ready' ? '' : '<noscript><meta http-equiv="refresh" content="5"></noscript>\n'}<title>${HEADINGS[state.state]}: ${text(domain ?? 'a relay')}</title>
<link rel="icon" href="/setup/logo.svg">
<link rel="stylesheet" href="/setup/style.css">
<script src="/setup/copy.js" defer></script>
<script src="/setup/setup.js" defer></script>
<header>
<img src="/setup/logo.svg" alt="">
<h1>${HEADINGS[state.state]}</h1>
<p>${[domain, address === domain ? undefined : address]
    .filter(Boolean)
    .map((place) => text(place ?? ''))
    .join(' · ')}</p>
</header>
<main class="setup ${state.state}">
${lead(state)}${problems(state)}${state.state === 'error' ? '' : records(state) + certificate(state) + port25(state)}</main>
<footer>This is a chatmail relay, version ${text(versionText())}. Anyone can see this page.</footer>
</html>
`;
};
