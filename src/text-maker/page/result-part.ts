import type { Choices } from '../choices.ts';
import { fragmentOf } from '../choices.ts';
import type { Made } from '../make-text.ts';
import { isThisComputer } from '../sources-for.ts';
import { copyButton } from './copy-button.ts';
import { capitalized, element, prose } from './element.ts';
import { field, PLAIN } from './field.ts';
import { type Part, section } from './part.ts';

const bytes = (count: number): string => count.toLocaleString('en');

/** Gives the text to the browser as a file. */
const download = (text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  element('a', { href: url, download: 'relay.txt' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
};

/** Why there is no text yet. */
const wanting = ({ cloud, lack, wrongSettings, wrongKey, size }: Made, { settings }: Choices): string => {
  if (lack === 'packages')
    return 'This page contains no relay, so it cannot make a text. Open `index.html` of a release, or `/start/` of a relay.';
  if (!cloud) return 'Choose where the relay will run.';
  if (settings.mail_domain === '' && wrongSettings.size === 1) return 'Enter your domain above.';
  if (wrongSettings.size > 0 || wrongKey) return 'Something above needs to be corrected.';
  if (lack === 'source')
    return 'This page was opened from a file, so it does not know where machines can download the relay from. Open it on the web, or give the address of a release or of a relay:';
  return size === 0 ? 'There is no text yet.' : '';
};

const sizeWords = ({ size, limit, isScript, cloud }: Made): string => {
  if (isScript) return `${bytes(size)} bytes, a script to run as root`;
  if (limit !== undefined) return `${bytes(size)} of the ${bytes(limit)} bytes that ${cloud?.title} accepts`;
  return `${bytes(size)} bytes; the limit of ${cloud?.name === 'other' ? 'the provider' : cloud?.title} is not known`;
};

const downloadWords = ({ isFetching }: Made, sources: readonly string[]): string[] => {
  if (!isFetching) return [];
  const from = `The machine downloads the relay from \`${sources.join('` or `')}\` and checks it against the text.`;
  return sources.every(isThisComputer)
    ? [
        from,
        'That is this computer, which other machines cannot reach: open this page at its public address.',
      ]
    : [from];
};

/** Leads to the first control with a mistake. */
const showMistake = (): void => {
  const wrong = document.querySelector<HTMLElement>('[aria-invalid=true]');
  const folded = wrong?.closest('details');
  if (folded) folded.open = true;
  wrong?.focus();
};

/** The text, its size, and what can be done with it. */
export const resultPart = (known: readonly string[]): Part => {
  const status = element('p', { class: 'size', role: 'status' });
  const meter = element('meter', { min: '0', 'aria-label': 'Size of the text' });
  const notes = element('div', { class: 'notes', 'aria-live': 'polite' });
  const output = element('textarea', {
    id: 'text',
    class: 'text',
    readonly: true,
    rows: '8',
    wrap: 'off',
    'aria-label': 'Text to paste',
    ...PLAIN,
  });
  const address = element('input', {
    id: 'source',
    placeholder: 'https://chat.example.org/start/',
    inputmode: 'url',
    maxlength: '1000',
    ...PLAIN,
  });
  const entry = field(address, 'Address to download from');
  let link = '';
  const buttons = element(
    'div',
    { class: 'buttons' },
    copyButton('Copy', () => output.value, 'main'),
    element('button', { type: 'button', class: 'download' }, 'Download'),
    copyButton('Copy a link to these choices', () => link, 'quiet'),
  );
  buttons.querySelector('.download')?.addEventListener('click', () => download(output.value));
  const mistake = element('button', { type: 'button' }, 'Show it');
  mistake.addEventListener('click', showMistake);
  const ready = element('div', {}, meter, output, buttons);
  const show = (made: Made, choices: Choices): void => {
    const words = wanting(made, choices) || sizeWords(made);
    if (status.dataset.words !== words) status.replaceChildren(...prose(words));
    status.dataset.words = words;
    const sources = [...known, ...(choices.source.trim() === '' ? [] : [choices.source.trim()])];
    const said = [
      ...made.problems.map(({ message, hint }) =>
        capitalized(hint === undefined ? message : `${message} – ${hint}`),
      ),
      ...downloadWords(made, sources),
    ];
    if (notes.dataset.words !== said.join())
      notes.replaceChildren(...said.map((line) => element('p', {}, ...prose(line))));
    notes.dataset.words = said.join();
    entry.element.hidden = known.length > 0 || (made.lack !== 'source' && choices.source === '');
    mistake.hidden = !document.querySelector('[aria-invalid=true]');
    ready.hidden = made.text === '';
    meter.hidden = made.limit === undefined;
    meter.max = made.limit ?? 1;
    meter.value = made.size;
    if (output.value !== made.text) output.value = made.text;
    link = `${location.href.replace(/#.*/, '')}#${fragmentOf(choices)}`;
  };
  return {
    element: section('result', 'Your text', status, mistake, entry.element, ready, notes),
    read: () => ({ source: address.value }),
    show,
  };
};
