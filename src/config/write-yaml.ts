/** What cloud-config is made of: JSON, that is. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Mapping = { readonly [key: string]: Value };

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

const isMapping = (value: Value): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Words that YAML 1.1 takes for something else than themselves (yaml.org/type/bool.html). */
const WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

const keyText = (key: string): string => (/^[a-z_][\w-]*$/i.test(key) && !WORDS.test(key) ? key : quote(key));

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
  return `${JSON.stringify(value)}\n`;
};

/** What follows a key or a dash; a list or a mapping begins on a line of its own after a key. */
const write = (value: Value, indent: number, isInList: boolean): string => {
  const lead = ' '.repeat(indent);
  if (Array.isArray(value) && value.length > 0 && !isInList)
    return `\n${value.map((item) => `${lead}- ${write(item, indent, true)}`).join('')}`;
  if (isMapping(value) && Object.keys(value).length > 0) {
    const inner = isInList ? indent + 2 : indent + 1;
    const lines = entries(value, inner);
    return isInList ? lines.trimStart() : `\n${lines}`;
  }
  return Array.isArray(value) ? `${flow(value)}\n` : scalar(value, indent);
};

const flow = (value: Value): string => {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isMapping(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `${keyText(key)}: ${flow(item)}`)
      .join(', ')}}`;
  return typeof value === 'string' ? quote(value) : JSON.stringify(value);
};

const entries = (mapping: Mapping, indent: number): string =>
  Object.entries(mapping)
    .map(([key, value]) => {
      const text = write(value, indent, false);
      return `${' '.repeat(indent)}${keyText(key)}:${text.startsWith('\n') ? '' : ' '}${text}`;
    })
    .join('');

/** A cloud-config document: plain ASCII, no line longer than its longest text, the same to YAML 1.1 and 1.2. */
export const cloudConfig = (config: Mapping): string =>
  `#cloud-config\n${Object.keys(config).length > 0 ? entries(config, 0) : '{}\n'}`;
