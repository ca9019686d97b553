import { isPlain } from '../config/characters.ts';

/**
 * One escape per target language. A template writes `hostname = {{host}}` and no quotes of its own;
 * what cannot be written in a language is refused, never mangled.
 */
type Language = 'config' | 'markup';
export type Escape = (text: string) => string;

/** A value that would change the meaning of the file it goes into. Settings are checked long before: a bug. */
export class UnwritableValue extends Error {
  override name = 'UnwritableValue';
}

/** Host names, addresses, numbers and paths go into configuration files, and nothing that needs quotes. */
const config: Escape = (text) => {
  if (isPlain(text)) return text;
  throw new UnwritableValue(`cannot be written in a configuration file: ${JSON.stringify(text)}`);
};

const markup: Escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const ESCAPES: Record<Language, Escape> = { config, markup };

const languageOf = (path: string): Language => (/\.(html|xml|svg)$/.test(path) ? 'markup' : 'config');

/** The escape for a file, by its name. */
export const escapeFor = (path: string): Escape => ESCAPES[languageOf(path)];
