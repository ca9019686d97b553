import { type Choices, NO_CHOICES, readFragment } from '../choices.ts';
import { documentsOf } from '../documents-of.ts';
import { makeText } from '../make-text.ts';
import type { ReleaseFacts } from '../release-facts.ts';
import { sourcesFor } from '../sources-for.ts';
import { checklistPart } from './checklist-part.ts';
import { domainStep } from './domain-step.ts';
import { element } from './element.ts';
import { keyStep } from './key-step.ts';
import type { Part } from './part.ts';
import { providerStep } from './provider-step.ts';
import { resultPart } from './result-part.ts';
import { settingsStep } from './settings-step.ts';

/** What `renderTextMaker` has put into the page. */
const factsOf = (text: string): ReleaseFacts =>
  text === '' ? { version: '', packages: [] } : (JSON.parse(text) as ReleaseFacts);

const facts = factsOf(document.getElementById('release')?.textContent ?? '');
const sources = sourcesFor(location, facts.url);
const linked = element('p', { class: 'linked', role: 'status' });
const steps: readonly Part[] = [providerStep(facts), domainStep(), keyStep(), settingsStep()];
const parts: readonly Part[] = [...steps, resultPart(sources), checklistPart()];

const choicesNow = (): Choices => {
  const all = parts.map(({ read }) => read?.() ?? {});
  return {
    ...Object.assign({}, NO_CHOICES, ...all),
    settings: Object.assign({}, ...all.map(({ settings }) => settings)),
  };
};

const update = (): void => {
  const choices = choicesNow();
  const made = makeText(choices, { facts, sources });
  for (const { show } of parts) show?.(made, choices);
};

/** Takes the choices of a link. */
const follow = (): void => {
  if (location.hash.length < 2) return;
  const { choices, unknown } = readFragment(location.hash);
  for (const { write } of parts) write?.(choices);
  linked.textContent = [
    'These choices come from a link. Check them before you use the text.',
    ...(unknown.length > 0 ? [`This page does not know: ${unknown.join(', ')}`] : []),
  ].join(' ');
  update();
};

/** The version, and where more can be read. */
const about = (): HTMLElement => {
  const documents = documentsOf(facts);
  return element(
    'p',
    {},
    ...(facts.version === '' ? [] : [element('span', {}, `Version ${facts.version}`)]),
    ...(documents === undefined
      ? []
      : [' · ', element('a', { href: documents, target: '_blank', rel: 'noopener' }, 'Documentation')]),
  );
};

const main = document.querySelector('main');
main?.append(linked, ...parts.map((part) => part.element));
main?.addEventListener('input', update);
addEventListener('hashchange', follow);
// Back on this page, the browser has put in again what was typed.
addEventListener('pageshow', update);
document.getElementById('about')?.append(about());
update();
follow();
