import { element } from './element.ts';

/** Copies without the Clipboard API, which is for pages from HTTPS alone. */
const copy = (text: string): boolean => {
  const field = element('textarea', { readonly: true, class: 'hidden', 'aria-hidden': 'true' });
  const focused = document.activeElement;
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
};

/** A button that copies what `textOf` returns, and says so. */
export const copyButton = (label: string, textOf: () => string, kind?: string): HTMLButtonElement => {
  const words = element('span', { 'aria-live': 'polite' }, label);
  const button = element('button', { type: 'button', class: kind }, words);
  button.addEventListener('click', () => {
    words.textContent = copy(textOf()) ? 'Copied' : 'Not copied';
    setTimeout(() => {
      words.textContent = label;
    }, 2000);
  });
  return button;
};
