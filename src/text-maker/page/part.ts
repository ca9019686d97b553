import type { Choices } from '../choices.ts';
import type { Made } from '../make-text.ts';
import { element } from './element.ts';

/** A part of the page. */
export interface Part {
  readonly element: HTMLElement;
  /** What is chosen here. */
  readonly read?: () => Partial<Choices>;
  /** Shows choices that came with a link. */
  readonly write?: (choices: Choices) => void;
  /** Shows what comes of all choices. */
  readonly show?: (made: Made, choices: Choices) => void;
}

/** A part with a heading, which also names a group of controls in it: `labelOf`. */
export const section = (
  name: string,
  heading: string,
  ...children: readonly (Node | string)[]
): HTMLElement =>
  element(
    'section',
    { class: name, 'aria-labelledby': labelOf(name) },
    element('h2', { id: labelOf(name) }, heading),
    ...children,
  );

/** The heading of the part of that name, by its id. */
export const labelOf = (name: string): string => `${name}-heading`;
