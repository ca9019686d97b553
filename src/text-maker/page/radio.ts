import { element } from './element.ts';

/** A card that can be chosen, one of those with the same name; arrow keys move between them. */
export const radioCard = (name: string, value: string, title: string, detail: string): HTMLLabelElement =>
  element(
    'label',
    { class: 'card' },
    element('input', { type: 'radio', name, value }),
    element('b', {}, title),
    element('small', {}, detail),
  );

/** The radio buttons below an element. */
export const radiosIn = (container: HTMLElement): HTMLInputElement[] => [
  ...container.querySelectorAll<HTMLInputElement>('input[type=radio]'),
];

/** The value that is chosen; empty if there is none. */
export const chosenIn = (container: HTMLElement): string =>
  radiosIn(container).find(({ checked }) => checked)?.value ?? '';

/** Chooses that value; none if no button has it. */
export const choose = (container: HTMLElement, value: string): void => {
  for (const radio of radiosIn(container)) radio.checked = radio.value === value;
};
