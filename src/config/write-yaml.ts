/** What is not a text without quotes, such as `1_000`, `1:30` or a date: it is written as it was found, in ASCII. */
export class Plain {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What cloud-config is made of: JSON, and what YAML has besides. A mapping with keys that are not texts is a map. */
export type Value = string | number | boolean | null | Plain | readonly Value[] | Mapping;
export type Key = string | Plain;
export type Mapping = { readonly [key: string]: Value } | ReadonlyMap<Key, Value>;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  const hex = (digits: number) => code.toString(16).padStart(digits, '0');
  return (
    ESCAPES[character] ?? (code < 256 ? `\\x${hex(2)}` : code < 65_536 ? `\\u${hex(4)}` : `\\U${hex(8)}`)
  );
};

/**
 * A text in double quotes, in ASCII, with the escapes that YAML 1.1 and 1.2 share. No lone surrogates. What begins
 * something in Terraform's templates and heredocs (`${`, `%{`) is escaped, too, so that the text can be put there.
 */
export const quote = (text: string): string => `"${text.replace(/[^ !#-[\]-~]|[$%](?=\{)/gu, escaped)}"`;

/** The same for people to read: letters of all scripts stay. */
export const quoteReadably = (text: string): string =>
  `"${text.replace(/["\\\p{C}]|(?! )\p{Z}/gu, escaped)}"`;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Plain);

/** The pairs of a mapping of either kind. */
export const pairsOf = (mapping: Mapping): readonly (readonly [Key, Value])[] =>
  mapping instanceof Map ? [...mapping] : Object.entries(mapping);

/** Words that YAML 1.1 takes for something else than themselves (yaml.org/type/bool.html). */
const WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

const keyText = (key: Key): string => {
  if (key instanceof Plain) return key.text;
  return /^[a-z_][\w-]*$/i.test(key) && !WORDS.test(key) ? key : quote(key);
};

/**
 * A text as a person would write it: in quotes only where it must be. For `chatmail.yaml`, which is read as YAML 1.2
 * (https://yaml.org/spec/1.2.2/#103-core-schema) whatever comes before it.
 */
export const plainOrQuoted = (text: string, inQuotes = quote): string => {
  const isWord = /^[a-z_/][\w.@/+-]*(:[\w./@+-]+)*$/i.test(text) && !WORDS.test(text);
  return isWord || /^\d+(\.\d+){3}$|^\d\d:\d\d$/.test(text) ? text : inQuotes(text);
};

/** Can stand as it is in a literal block (YAML 1.2 §8.1.2), and there means nothing to Terraform. */
const isBlock = (text: string): boolean =>
  /^[!-~][ -~\t]*\n([ -~\t]*\n)*$/.test(text) && !text.endsWith('\n\n') && !/[$%]\{/.test(text);

/** One space is all the indentation that YAML asks for. */
const block = (text: string, indent: number): string =>
  `|\n${text.replace(/^(?=.)/gm, ' '.repeat(indent + 1))}`;

const scalar = (value: Value, indent: number): string => {
  if (typeof value === 'string') return isBlock(value) ? block(value, indent) : `${quote(value)}\n`;
  return `${atom(value)}\n`;
};

/** What needs no quotes. */
const atom = (value: Value): string => (value instanceof Plain ? value.text : JSON.stringify(value));

/** What follows a key or a dash; a list or a mapping begins on a line of its own after a key. */
const write = (value: Value, indent: number, isInList: boolean): string => {
  const lead = ' '.repeat(indent);
  if (Array.isArray(value) && value.length > 0 && !isInList)
    return `\n${value.map((item) => `${lead}- ${write(item, indent, true)}`).join('')}`;
  if (isMapping(value) && pairsOf(value).length > 0) {
    const inner = isInList ? indent + 2 : indent + 1;
    const lines = entries(value, inner);
    return isInList ? lines.trimStart() : `\n${lines}`;
  }
  return Array.isArray(value) || isMapping(value) ? `${flow(value)}\n` : scalar(value, indent);
};

const flow = (value: Value): string => {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isMapping(value))
    return `{${pairsOf(value)
      .map(([key, item]) => `${keyText(key)}: ${flow(item)}`)
      .join(', ')}}`;
  return typeof value === 'string' ? quote(value) : atom(value);
};

const entries = (mapping: Mapping, indent: number): string =>
  pairsOf(mapping)
    .map(([key, value]) => {
      const text = write(value, indent, false);
      return `${' '.repeat(indent)}${keyText(key)}:${text.startsWith('\n') ? '' : ' '}${text}`;
    })
    .join('');

/** A cloud-config document: plain ASCII, no line longer than its longest text, the same to YAML 1.1 and 1.2. */
export const cloudConfig = (config: Mapping): string =>
  `#cloud-config\n${pairsOf(config).length > 0 ? entries(config, 0) : '{}\n'}`;
