import { isIP, isIPv4 } from 'node:net';
import { IN_PATHS, isPlain } from './characters.ts';
import { isDomain, notADomain } from './domain.ts';
import type { SettingsCode, SettingsProblem } from './problem.ts';
import type { Kind, KindValue, Setting } from './schema.ts';
import { parseSize } from './size.ts';

/** A good value (`undefined`: not set), or what is wrong with it. */
type Checked = { readonly value: unknown } | Pick<SettingsProblem, 'code' | 'facts'>;

/** Control characters, line separators, lone surrogates, byte-order marks: they must not get into a file. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff]/u;
const MAX_LENGTH = 1000;

/** Absolute, and without `.` and `..`. */
const PATH = new RegExp(`^(/(?!\\.\\.?(/|$))[${IN_PATHS}]+)+/?$`);
const WEB_URL = /^https?:\/\/[\w.-]+(:\d+)?(\/[\w.~%+,:@&=?/#-]*)?$/;

const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : undefined);

/** Reads the text of each kind; `undefined` if it is none. */
const READ: { readonly [K in Kind]: (text: string) => KindValue[K] | undefined } = {
  domain: (text) => (notADomain(text) ? undefined : text),
  text: (text) => text,
  integer: (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined),
  decimal: (text) => (/^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined),
  size: parseSize,
  boolean: (text) => (/^(true|false)$/i.test(text) ? /^t/i.test(text) : undefined),
  email: (text) => {
    const [, domain = ''] = /^[\w.+-]+@(.+)$/.exec(text) ?? [];
    const [, literal = ''] = /^\[(.*)]$/.exec(domain) ?? [];
    return isDomain(domain.toLowerCase()) || isIPv4(literal) ? text : undefined;
  },
  url: matching(WEB_URL),
  // IPv6 may have a zone, which is not part of the address elsewhere (RFC 6874).
  address: (text) => (isIP(text) && isPlain(text) ? text : undefined),
  path: matching(PATH),
  // ext4 has labels of 16 bytes.
  volume: matching(/^(\/dev(\/(?!\.\.?(\/|$))[\w.:@+-]+)+|[\w.-]{1,16})$/),
  time: matching(/^([01]\d|2[0-3]):[0-5]\d$/),
  registration: (text) => (['open', 'invite', 'closed'] as const).find((one) => one === text),
  paths: (text) => {
    const [certificate = '', key = '', ...more] = text.split(/\s+/);
    return PATH.test(certificate) && PATH.test(key) && !more[0] ? [certificate, key] : undefined;
  },
};

const CODES: Readonly<Partial<Record<Kind, SettingsCode>>> = {
  domain: 'bad-domain',
  size: 'bad-size',
  email: 'bad-address',
  url: 'bad-url',
  address: 'bad-address',
  path: 'bad-path',
  paths: 'bad-path',
};

/** The text of `raw`; `undefined` if it is something else. Only what is not a text may be a number. */
const textOf = (kind: Kind, raw: unknown): string | undefined => {
  if (kind === 'paths' && Array.isArray(raw)) return raw.join(' ');
  const takesNumber = /^(integer|decimal|size|boolean)$/.test(kind);
  if (typeof raw === 'string' || (takesNumber && typeof raw !== 'object')) return String(raw).trim();
  return undefined;
};

/**
 * Checks and converts the value of one setting. `raw` is what YAML or JSON made of it, or a text from a
 * flag, an ini file or metadata: `"60"` and `60` are the same. Nothing (null, or an empty text but for a
 * URL, where that has a meaning) leaves the setting unset.
 */
export const checkValue = ({ kind, min, max }: Setting, raw: unknown): Checked => {
  if (raw === null || raw === undefined) return { value: undefined };
  if (raw === '') return { value: kind === 'url' ? raw : undefined };
  const text = textOf(kind, raw);
  if (text === undefined) return { code: 'wrong-type' };
  const character = UNSAFE.exec(text)?.[0].codePointAt(0)?.toString(16);
  if (character) return { code: 'bad-characters', facts: { character } };
  if (text.length > MAX_LENGTH) return { code: 'out-of-range', facts: { max: MAX_LENGTH } };
  const value = READ[kind](text);
  if (value === undefined) return { code: CODES[kind] ?? 'wrong-type', facts: { value: text } };
  if (min !== undefined && max !== undefined && (Number(value) < min || Number(value) > max))
    return { code: 'out-of-range', facts: { min, max, value: text } };
  return { value };
};
