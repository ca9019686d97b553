import { SETTING_NAMES, type SettingName, settingOf } from '../config/schema.ts';
import { cloudNamed } from '../model/clouds/all.ts';

/** What a provider without a record takes. */
export const FORMS = ['short', 'whole', 'script'] as const;
export type Form = (typeof FORMS)[number];

/** What a person chose on the page, as it was typed. */
export interface Choices {
  /** A cloud's name, or {@link OTHER}; empty until one is chosen. */
  readonly provider: string;
  /** For {@link OTHER}. */
  readonly form: Form;
  /** Those that are set. */
  readonly settings: Readonly<Partial<Record<SettingName, string>>>;
  /** Lines of public keys. */
  readonly sshKeys: string;
  /** Where packages are, if the page does not know. */
  readonly source: string;
}

/** Stands for a provider without a record. */
export const OTHER = 'other';

export const NO_CHOICES: Choices = { provider: '', form: 'short', settings: {}, sshKeys: '', source: '' };

/** More than a link with every setting has that a person would write. */
const MAX_FRAGMENT = 8192;
/** The longest value of a setting that is checked at all (`check-value.ts`). */
const MAX_VALUE = 1000;

/** The part of a query in it may be a password or a token. */
const isShared = (name: SettingName, value: string): boolean =>
  !(settingOf(name)?.kind === 'url' && /[?@]/.test(value));

/**
 * Choices as the fragment of a link, without `#`. A key is left out, as it is somebody's own; so is a source, which the
 * page knows; and a URL that may have a secret in it.
 */
export const fragmentOf = ({ provider, form, settings }: Choices): string => {
  const parameters = new URLSearchParams();
  if (provider !== '') parameters.set('provider', provider);
  if (provider === OTHER) parameters.set('form', form);
  for (const name of SETTING_NAMES) {
    const value = settings[name];
    if (value !== undefined && isShared(name, value)) parameters.set(name, value);
  }
  return parameters.toString();
};

/** What a link says. Anybody can write one: nothing of it is taken that is not understood. */
interface Linked {
  readonly choices: Choices;
  /** What is not understood, shortened. */
  readonly unknown: readonly string[];
}

const isForm = (text: string): text is Form => FORMS.some((form) => form === text);

const MAX_UNKNOWN = 3;
const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** Reads the fragment of a link, with or without `#`; values are checked where they are used, like typed ones. */
export const readFragment = (fragment: string): Linked => {
  const unknown: string[] = [];
  const settings: Partial<Record<SettingName, string>> = {};
  let { provider, form } = NO_CHOICES;
  if (fragment.length > MAX_FRAGMENT)
    return { choices: NO_CHOICES, unknown: [`${fragment.length} characters`] };
  for (const [name, value] of new URLSearchParams(fragment.replace(/^#/, ''))) {
    const cloud = name === 'provider' ? cloudNamed(value)?.name : undefined;
    if (name === 'provider' && (cloud ?? value) === OTHER) provider = OTHER;
    else if (cloud !== undefined) provider = cloud;
    else if (name === 'form' && isForm(value)) form = value;
    else if (settingOf(name) && value.length <= MAX_VALUE) settings[name as SettingName] = value;
    else if (unknown.length < MAX_UNKNOWN)
      unknown.push(shorten(name === 'provider' || name === 'form' ? value : name));
  }
  return { choices: { ...NO_CHOICES, provider, form, settings }, unknown };
};
