import type { CheckedRecord } from '../../dns/compare.ts';
import { relayCloud } from '../../model/clouds/relay-cloud.ts';
import { escapeFor } from '../../render/escape.ts';
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

const copied = (value: string): string => `<div><code>${text(value)}</code></div>`;

const RECORD: Readonly<Record<CheckedRecord['state'], readonly [Mark, string]>> = {
  found: ['ok', 'found'],
  missing: ['bad', 'missing'],
  different: ['bad', 'different'],
  unknown: ['wait', 'not looked up yet'],
};

const record = ({ name, type, value, isRequired, state, found = [] }: CheckedRecord): string => {
  const [mark, word] = RECORD[state];
  const is = mark === 'bad' && !isRequired ? 'wait' : mark;
  return `<li class="${is}"><p><b>${text(type)}</b> ${isRequired ? '' : '<i>recommended</i> '}<em>${word}</em></p>
${copied(name)}${copied(value)}${found.map((other) => `<p>now: <s>${text(other)}</s></p>`).join('')}</li>
`;
};

const records = ({ dns = [] }: State): string => {
  if (!dns[0]) return '';
  const needed = dns.filter(({ isRequired }) => isRequired);
  const missing = needed.filter(({ state }) => state !== 'found').length;
  const count = missing ? `${needed.length - missing} of ${needed.length} found` : 'all found';
  return part(
    missing ? 'wait' : 'ok',
    `DNS records <small>${count}</small>`,
    `${missing ? '<p>Copy these to whoever keeps your domain. They are looked for again and again.</p>\n' : ''}<ul>
${dns.map(record).join('')}</ul>
`,
  );
};

const CERTIFICATE: Readonly<Record<CertificateState['state'], readonly [Mark, string]>> = {
  'self-signed': ['ok', 'signed by the relay itself, which apps are told'],
  placeholder: ['wait', 'a stand-in for now'],
  waiting: ['wait', 'waiting'],
  valid: ['ok', 'valid'],
  failed: ['bad', 'failed'],
  external: ['ok', 'provided by you'],
};

const certificate = ({ certificate: found }: State): string => {
  if (!found) return '';
  const [mark, word] = CERTIFICATE[found.state];
  // Where the operator keeps it is nobody's business.
  const detail = found.state === 'external' ? '' : found.detail;
  return part(mark, `Certificate <small>${word}</small>`, detail && `<p>${text(detail)}</p>\n`);
};

const PORT25 = { open: 'ok', blocked: 'bad', unknown: 'wait' } as const;

const port25 = ({ port25: is, cloud }: State): string => {
  if (!is) return '';
  const help = relayCloud(cloud).port25 ?? 'Ask your provider to open it.';
  const body =
    is === 'blocked'
      ? `<p>Mail to other chatmail relays goes by HTTPS; mail to other servers waits until the provider opens port 25. ${help}</p>\n`
      : '';
  return part(PORT25[is], `Outgoing port 25 <small>${is}</small>`, body);
};

const problems = ({ state, problems: found }: State): string =>
  found ? part(state === 'error' ? 'bad' : 'wait', 'Settings', `<pre>${text(found)}</pre>\n`) : '';

/** A relay with a certificate of its own waits for no DNS; until then it is found by its address. */
const isUnnamed = ({ dns = [] }: State): boolean =>
  dns.some(({ isRequired, state }) => isRequired && state !== 'found');

const byAddress = (shown: State): string =>
  isUnnamed(shown)
    ? `<p>${text(shown.domain ?? '')} cannot be found in DNS yet. Accounts made at <a href="${homeOf(shown)}join">${homeOf(shown)}join</a> work now, and connect to that address. Mail from other servers does not arrive until the records below are there.\n`
    : '';

const isSelfSigned = ({ certificate: found }: State): boolean => found?.state === 'self-signed';

/** By HTTP, where this page is all there is, its own root is this page again. */
const homeOf = (shown: State): string =>
  isSelfSigned(shown) ? `https://${text((isUnnamed(shown) ? shown.address : shown.domain) ?? '')}/` : '/';

const warning = (shown: State): string =>
  isSelfSigned(shown)
    ? '<p>Your browser will warn you: the relay has signed its certificate itself. Apps are told so by the join code.\n'
    : '';

/** What there is to say; a relay is ready whatever else is still wanting. */
const lead = (shown: State): string => {
  const { state, step } = shown;
  return state === 'ready'
    ? `<a class="join" href="${homeOf(shown)}">Open the home page</a>\n${warning(shown)}${byAddress(shown)}`
    : `<p class="step">${text(step)}</p>\n`;
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
<footer>This is a chatmail relay. It needs no login to look at this page.</footer>
</html>
`;
};
