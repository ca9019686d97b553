type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** A new element. An attribute that is `true` has no value; one that is `false` or `undefined` is left out. */
export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  made.append(...children);
  return made;
};

/** A sentence in which `code` is code, as in Markdown. */
export const prose = (text: string): (Node | string)[] =>
  text.split('`').map((part, n) => (n % 2 === 0 ? part : element('code', {}, part)));

/** With a capital letter at its beginning. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
