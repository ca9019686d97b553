import type { WordedProblem, Wording } from '../problem/problem.ts';
import { similarBoolean } from './boolean.ts';
import { notADomain, similarDomain } from './domain.ts';
import { nearest } from './nearest.ts';
import type { SettingsCode, SettingsProblem } from './problem.ts';
import { type Kind, SETTING_NAMES, settingOf } from './schema.ts';
import { formatSize, similarSize } from './size.ts';

interface Subject {
  readonly name: string;
  /** `name` in backticks. */
  readonly it: string;
  /** The kind of the setting of that name. */
  readonly kind: Kind;
  readonly facts: Readonly<Record<string, string | number>>;
  /** Everybody may read it: it repeats nothing that the user wrote. */
  readonly isPublic: boolean;
}
type Sentence = (subject: Subject) => readonly [message: string, hint?: string | undefined];

const didYouMean = (similar: string | undefined, otherwise: string) =>
  similar ? `did you mean \`${similar}\`?` : otherwise;

/** What each kind must be, and a good example. */
const EXPECTED: Readonly<Record<Kind, readonly [what: string, example: string]>> = {
  integer: ['a whole number', '10'],
  decimal: ['a number', '7.5'],
  size: ['a size in bytes, K, M, G or T', '500M'],
  boolean: ['true or false', 'false'],
  paths: ['two absolute paths of letters, digits and /._+@-', '[/a/chain.pem, /a/key.pem]'],
  path: ['an absolute path of letters, digits and /._+@-', '/srv/www'],
  volume: ['a device below /dev or the label of a file system', '/dev/sdb'],
  time: ['a time of day', '04:00'],
  registration: ['open, invite or closed', 'invite'],
  email: ['an e-mail address', 'you@example.org'],
  url: ['empty or a URL', 'https://example.org'],
  address: ['an IP address', '192.0.2.1'],
  domain: ['a domain or an IPv4 address', 'chat.example.org'],
  text: ['a text', '"12345"'],
};

const SIMILAR: Readonly<Partial<Record<Kind, (value: string) => string | undefined>>> = {
  boolean: similarBoolean,
  domain: similarDomain,
  size: similarSize,
};

const expected: Sentence = ({ it, kind, facts, isPublic }) => {
  const [what, example] = EXPECTED[kind];
  const { value = '' } = isPublic ? {} : facts;
  const not = kind === 'domain' && value && notADomain(`${value}`);
  return [
    `${it} must be ${what}${not ? `, not ${not}` : ''}`,
    didYouMean(SIMILAR[kind]?.(`${value}`), `write for example \`${example}\``),
  ];
};

/** Codes for which the parser's own message is not helpful: https://eemeli.org/yaml/#errors */
const SYNTAX: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: '`: ` inside a value, or the next line too far to the right',
  MULTILINE_IMPLICIT_KEY: 'a line without `: `',
  MISSING_CHAR: 'an unclosed quote, or no `: ` after a name',
  UNEXPECTED_TOKEN: 'unexpected characters',
  TAB_AS_INDENT: 'a tab in place of spaces',
  RESOURCE_EXHAUSTION: 'nested too deeply',
};

const SENTENCES: Readonly<Record<SettingsCode, Sentence>> = {
  syntax: ({ facts: { rule, detail }, isPublic }) => [
    `not valid YAML: ${SYNTAX[`${rule}`] ?? (isPublic ? 'a mistake here' : detail)}`.replace(/: ./, (start) =>
      start.toLowerCase(),
    ),
    'write each setting as `name: value`, all in one column; quotes allow any character in a value',
  ],
  'bad-line': ({ it }) => [`${it} has no value`, 'write `name=value`'],
  'not-text': () => ['settings must be UTF-8 text', 'save the file as UTF-8'],
  'too-large': () => ['settings must be at most 64 KiB', 'is it the right file?'],
  'unsupported-yaml': ({ facts: { feature } }) => [
    `settings must be plain YAML, without ${feature}`,
    'remove it, and write the value itself',
  ],
  'not-a-mapping': () => ['settings must be lines of `name: value`', 'write `mail_domain: chat.example.org`'],
  'unknown-setting': ({ it, name, isPublic }) => [
    isPublic ? 'there is no such setting' : `there is no setting ${it}`,
    name === 'chatmail'
      ? 'remove this line, and the spaces before the lines below it'
      : didYouMean(nearest(name, SETTING_NAMES), '`describe` lists all settings'),
  ],
  'duplicate-setting': ({ it, facts: { line } }) => [
    `${it} is set twice`,
    `remove it here or in line ${line}`,
  ],
  'wrong-type': expected,
  'out-of-range': ({ it, name, kind, facts: { min, max } }) => {
    const show = (value: unknown) => (kind === 'size' ? formatSize(Number(value)) : value);
    return min === undefined
      ? [`${it} must be at most ${max} characters long`]
      : [
          `${it} must be from ${show(min)} to ${show(max)}`,
          `the default is ${show(settingOf(name)?.default)}`,
        ];
  },
  'bad-domain': expected,
  'bad-address': expected,
  'bad-size': expected,
  'bad-url': expected,
  'bad-path': expected,
  'bad-characters': ({ it, facts: { character } }) => [
    `${it} must be one line without control characters`,
    character === 'a'
      ? 'in YAML `>-` makes one line of several'
      : `remove the character U+${`${character}`.toUpperCase().padStart(4, '0')}`,
  ],
  'missing-setting': ({ it }) => [`${it} must be set`],
  conflict: ({ facts: { min, max } }) => [
    '`username_min_length` must not be above `username_max_length`',
    `they are ${min} and ${max}: set both`,
  ],
  'long-address': ({ facts: { max } }) => [
    'an address must be at most 247 characters long',
    `with this domain \`username_max_length\` can be ${max}`,
  ],
  'postmaster-loop': ({ it, facts: { role } }) => [
    `${it} must not be ${role}@ of the relay itself`,
    'give the address of a person who reads it',
  ],
  'no-effect': ({ it }) => [`${it} has no effect here`, 'remove it'],
};

/** Every code, for tests and documentation. */
export const PROBLEM_CODES = Object.keys(SENTENCES) as SettingsCode[];

/**
 * Says what a problem is and what to do. The texts quote what the user wrote, unless they are public: escape them to
 * print.
 */
export const describeProblem = ({ code, path, facts = {} }: SettingsProblem, isPublic = false): Wording => {
  const name = `${path[0] ?? ''}`;
  const setting = settingOf(name);
  const it = isPublic && !setting ? 'this' : `\`${name}\``;
  const [message, hint] = SENTENCES[code]({ name, it, kind: setting?.kind ?? 'text', facts, isPublic });
  return hint === undefined ? { message } : { message, hint };
};

/** A problem with settings and its words. */
export const worded = (problem: SettingsProblem, isPublic = false): WordedProblem<SettingsCode> => ({
  ...problem,
  ...describeProblem(problem, isPublic),
});
