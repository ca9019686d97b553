import type { Step } from '../../model/clouds/steps.ts';
import { checklistOf } from '../checklist.ts';
import { copyButton } from './copy-button.ts';
import { element, prose } from './element.ts';
import { type Part, section } from './part.ts';

const block = (part: Step['body'][number]): HTMLElement => {
  if (typeof part === 'string') return element('p', {}, ...prose(part));
  const text = part.join('\n');
  return element(
    'div',
    { class: 'command' },
    element('pre', { tabindex: '0' }, text),
    copyButton('Copy', () => `${text}\n`),
  );
};

const item = ({ title, body }: Step, n: number): HTMLLIElement => {
  const id = `step-${n}`;
  return element(
    'li',
    {},
    element('input', { type: 'checkbox', id }),
    element('label', { for: id }, title),
    element('div', { class: 'body' }, ...body.map(block)),
  );
};

const folded = ({ title, body }: Step): HTMLElement =>
  element('details', {}, element('summary', {}, title), ...body.map(block));

/** What to do with the text at this provider; each step can be ticked off. */
export const checklistPart = (): Part => {
  const list = element('ol', { class: 'checklist' });
  const later = element('div');
  const whole = section('then', 'Next steps', list, later);
  let shown = '';
  return {
    element: whole,
    show: (made, choices) => {
      const steps = checklistOf(made, choices);
      whole.hidden = made.text === '';
      // What is ticked stays so while nothing changes.
      const now = JSON.stringify(steps);
      if (now === shown) return;
      list.replaceChildren(...steps.now.map(item));
      later.replaceChildren(...steps.later.map(folded));
      shown = now;
    },
  };
};
