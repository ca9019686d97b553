/** Of a part of a path, in a regular expression's brackets. */
export const IN_PATHS = '\\w.+@\\-';

const PLAIN = new RegExp(`^[${IN_PATHS}/:=,[\\]]+$`);

/**
 * Whether a text means itself in the files of Postfix, Dovecot, nginx, unbound and OpenDKIM, which quote differently
 * and some not at all. What is written into them must, when a setting is checked and when it is written.
 */
export const isPlain = (text: string): boolean => PLAIN.test(text);
