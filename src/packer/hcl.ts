import {
  BLOCKS,
  EXPRESSION,
  isBlocks,
  isExpression,
  type Part,
  type Settings,
  type Template,
  type Value,
  type Variable,
  writableName,
  writableText,
} from './template.ts';

/** Longest line a list may be on; a longer one has a line for each of its values. */
const WIDTH = 100;

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
};

/** A quoted string (HCL native syntax, “Quoted Templates”), with both template sequences as text. */
export const hclString = (text: string, path = 'text'): string =>
  `"${writableText(text, path)
    .replace(
      /["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]/g,
      (c) => ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    // A run before `{` doubled whole would be one `$` too many: only its last one introduces.
    .replace(/([$%])\{/g, '$1$1{')}"`;

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

interface Line {
  readonly name: string;
  readonly value: string;
}

/**
 * Lines of `name = value` as `packer fmt` has them: the equals signs of neighbours are in one column, and one
 * whose value takes several lines has no neighbours.
 */
const aligned = (lines: readonly Line[]): string => {
  const out: string[] = [];
  let run: Line[] = [];
  const flush = (): void => {
    const width = Math.max(0, ...run.map(({ name }) => name.length));
    out.push(...run.map(({ name, value }) => `${name.padEnd(width)} = ${value}\n`));
    run = [];
  };
  for (const line of lines) {
    if (!line.value.includes('\n')) run.push(line);
    else {
      flush();
      out.push(`${line.name} = ${line.value}\n`);
    }
  }
  flush();
  return out.join('');
};

const key = (name: string, path: string): string =>
  /^[A-Za-z_][\w-]*$/.test(name) ? name : hclString(name, path);

const list = (values: readonly string[]): string => {
  const line = `[${values.join(', ')}]`;
  if (line.length <= WIDTH && !line.includes('\n')) return line;
  return `[\n${indented(values.map((value) => `${value},\n`).join(''))}]`;
};

const write = (value: Value, path: string): string => {
  if (typeof value === 'string') return hclString(value, path);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return list(value.map((one: Value, index) => write(one, `${path}[${index}]`)));
  if (isExpression(value)) return value[EXPRESSION];
  const lines = Object.entries(value as Readonly<Record<string, Value>>).map(([name, one]) => ({
    name: key(name, path),
    value: write(one, `${path}.${name}`),
  }));
  return lines.length === 0 ? '{}' : `{\n${indented(aligned(lines))}}`;
};

const blockOf = (head: string, body: string): string =>
  body === '' ? `${head} {\n}\n` : `${head} {\n${indented(body)}}\n`;

/** Attributes first, then a blank line before each block. */
const bodyOf = (settings: Settings, path: string): string => {
  const parts: string[] = [];
  let lines: Line[] = [];
  const flush = (): void => {
    if (lines.length > 0) parts.push(aligned(lines));
    lines = [];
  };
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    const at = `${path}.${name}`;
    writableName(name, path);
    if (!isBlocks(value)) lines.push({ name, value: write(value, at) });
    else {
      flush();
      parts.push(...value[BLOCKS].map((one) => blockOf(name, bodyOf(one, at))));
    }
  }
  flush();
  return parts.join('\n');
};

const variableBlock = ([name, variable]: readonly [string, Variable]): string => {
  const path = `variable.${name}`;
  const { type, description, default: value, sensitive, validation } = variable;
  const settings: Settings = {
    type: { [EXPRESSION]: type },
    description,
    default: value,
    sensitive,
    ...(validation && {
      validation: {
        [BLOCKS]: [{ condition: { [EXPRESSION]: validation.condition }, error_message: validation.message }],
      },
    }),
  };
  return blockOf(`variable ${hclString(writableName(name, path))}`, bodyOf(settings, path));
};

const partBlock = (kind: string, { type, settings }: Part, path: string): string =>
  blockOf(`${kind} ${hclString(type)}`, bodyOf(settings, `${path}.${type}`));

/**
 * Writes a template in HCL2 as `packer fmt` would format it. Throws {@link UnwritableTemplate} for text that
 * Packer would change.
 */
export const renderHcl = ({
  requiredVersion,
  plugins,
  variables,
  locals,
  sources,
  builds,
}: Template): string => {
  const required = Object.entries(plugins ?? {}).map(([name, plugin]) => ({
    name: writableName(name, 'required_plugins'),
    value: write({ version: plugin.version, source: plugin.source }, `required_plugins.${name}`),
  }));
  const packer = [
    ...(requiredVersion === undefined ? [] : [bodyOf({ required_version: requiredVersion }, 'packer')]),
    ...(required.length > 0 ? [blockOf('required_plugins', aligned(required))] : []),
  ];
  return [
    ...(packer.length > 0 ? [blockOf('packer', packer.join('\n'))] : []),
    ...Object.entries(variables ?? {}).map(variableBlock),
    ...(locals ? [blockOf('locals', bodyOf(locals, 'locals'))] : []),
    ...(sources ?? []).map(({ type, name, settings }) =>
      blockOf(
        `source ${hclString(type)} ${hclString(writableName(name, 'source'))}`,
        bodyOf(settings, `source.${type}.${name}`),
      ),
    ),
    ...(builds ?? []).map(({ name, sources: from, provisioners = [], postProcessors = [] }) =>
      blockOf(
        'build',
        [
          bodyOf({ name, sources: from }, 'build'),
          ...provisioners.map((part) => partBlock('provisioner', part, 'build')),
          ...postProcessors.map((part) => partBlock('post-processor', part, 'build')),
        ].join('\n'),
      ),
    ),
  ].join('\n');
};
