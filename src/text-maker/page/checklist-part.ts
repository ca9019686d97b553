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

const item = ({ title, body }: Step, n: number, isTicked: boolean): HTMLLIElement => {
  const id = `step-${n}`;
  return element(
    'li',
    {},
    element('input', { type: 'checkbox', id, checked: isTicked }),
    element('label', { for: id }, title),
    element('div', { class: 'body' }, ...body.map(block)),
  );
};

const folded = ({ title, body }: Step): HTMLElement =>
  element('details', {}, element('summary', {}, title), ...body.map(block));

/** What to do with the text at this provider. Each step can be ticked off, and stays so when others change. */
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
      const now = JSON.stringify(steps);
      if (now === shown) return;
      const ticked = [...list.querySelectorAll(':checked + label')].map(({ textContent }) => textContent);
      list.replaceChildren(...steps.now.map((step, n) => item(step, n, ticked.includes(step.title))));
      later.replaceChildren(...steps.later.map(folded));
      shown = now;
    },
  };
};
