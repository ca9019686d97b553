import type { Wording } from '../../problem/problem.ts';
import { capitalized, element, prose } from './element.ts';

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** A control with its label, a hint, and a place for what is wrong with its content. */
export interface Field {
  readonly element: HTMLElement;
  readonly control: Control;
  complain(problem: Wording | undefined): void;
}

/** For values, not prose: a phone should not correct them. */
export const PLAIN = {
  autocapitalize: 'off',
  autocomplete: 'off',
  spellcheck: 'false',
  autocorrect: 'off',
} as const;

/** Puts a control, which has an id, together with its label, a hint and `more` controls. */
export const field = (
  control: Control,
  label: string,
  hint: readonly (Node | string)[] = [],
  ...more: readonly Node[]
): Field => {
  const { id } = control;
  const wrong = element('p', { id: `${id}-wrong`, class: 'wrong', 'aria-live': 'polite' });
  const described = element('p', { id: `${id}-hint`, class: 'hint' }, ...hint);
  control.setAttribute('aria-describedby', `${hint.length > 0 ? `${id}-hint ` : ''}${id}-wrong`);
  const about = element('div', { class: 'about' }, element('label', { for: id }, ...prose(label)));
  if (hint.length > 0) about.append(described);
  return {
    element: element(
      'div',
      { class: 'field' },
      about,
      element('div', { class: 'control' }, control, ...more, wrong),
    ),
    control,
    complain: (problem) => {
      control.setAttribute('aria-invalid', String(problem !== undefined));
      const words = problem
        ? `${capitalized(problem.message)}${problem.hint === undefined ? '' : ` – ${problem.hint}`}`
        : '';
      // What has not changed is not to be read aloud again.
      if (wrong.dataset.words === words) return;
      wrong.dataset.words = words;
      wrong.replaceChildren(...prose(words));
    },
  };
};
