import Mustache from 'mustache';
import type { Escape } from './escape.ts';

export type View = Readonly<Record<string, unknown>>;

/** A template that names something unknown or uses a tag we do not. A mistake in this program, never a user's. */
export class TemplateError extends Error {
  override name = 'TemplateError';
}

/** As `Mustache.parse` returns them in versions 3 and 4: `[type, value, start, end, children?]`. */
type Token = [type: string, value: string, start: number, end: number, children?: Token[]];

const lookUp = (name: string, view: View): unknown => {
  if (Object.hasOwn(view, name)) return view[name];
  throw new TemplateError(`unknown name {{${name}}}`);
};

const isShown = (value: unknown): boolean => value !== undefined && value !== false && value !== '';

const write = (token: Token, view: View, escapeValue: Escape): string => {
  const [type, name, , , children = []] = token;
  if (type === 'text') return name;
  if (type === '!') return '';
  const value = lookUp(name, view);
  const inside = () => children.map((child) => write(child, view, escapeValue)).join('');
  if (type === '#') return isShown(value) ? inside() : '';
  if (type === '^') return isShown(value) ? '' : inside();
  if (type !== 'name') throw new TemplateError(`tag ${type}${name} is not used here`);
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new TemplateError(`{{${name}}} is not set`);
  return escapeValue(String(value));
};

/** Names are checked in hidden sections too, so that a mistake shows with any settings. */
const checkNames = (tokens: readonly Token[], view: View): void => {
  for (const [type, name, , , children = []] of tokens) {
    if (type !== 'text' && type !== '!') lookUp(name, view);
    checkNames(children, view);
  }
};

/**
 * Strict Mustache: values, sections and comments. An unknown name and a value that is not set are errors
 * (Mustache itself would print nothing), and escaping is the target language's, not HTML's.
 */
export const renderTemplate = (template: string, view: View, escapeValue: Escape): string => {
  const tokens = Mustache.parse(template) as unknown as Token[];
  checkNames(tokens, view);
  return tokens.map((token) => write(token, view, escapeValue)).join('');
};
