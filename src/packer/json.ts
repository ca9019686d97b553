import {
  BLOCKS,
  EXPRESSION,
  isBlocks,
  isExpression,
  type Part,
  type Settings,
  type Template,
  type Value,
  writableName,
  writableText,
} from './template.ts';

/** HCL's JSON syntax evaluates the strings of attributes as templates. */
const text = (value: string, path: string): string => writableText(value, path).replace(/([$%])\{/g, '$1$1{');

const write = (value: Value, path: string): unknown => {
  if (typeof value === 'string') return text(value, path);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((one: Value, index) => write(one, `${path}[${index}]`));
  if (isExpression(value)) return `\${${value[EXPRESSION]}}`;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [text(name, path), write(one, `${path}.${name}`)]),
  );
};

const body = (settings: Settings, path: string): unknown =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const at = `${path}.${writableName(name, path)}`;
      return [[name, isBlocks(value) ? value[BLOCKS].map((one) => body(one, at)) : write(value, at)]];
    }),
  );

const parts = (all: readonly Part[]): unknown[] =>
  all.map(({ type, settings }) => ({ [type]: body(settings, type) }));

/** Writes a template for a `.pkr.json` file. Throws as {@link renderHcl} does. */
export const renderJson = ({ plugins, variables, locals, sources, builds }: Template): string => {
  const document = {
    ...(plugins && { packer: { required_plugins: plugins } }),
    ...(variables && {
      variable: Object.fromEntries(
        Object.entries(variables).map(([name, { default: value, validation, ...rest }]) => [
          writableName(name, 'variable'),
          {
            ...rest,
            ...(value !== undefined && { default: write(value, `variable.${name}.default`) }),
            ...(validation && {
              validation: { condition: `\${${validation.condition}}`, error_message: validation.message },
            }),
          },
        ]),
      ),
    }),
    ...(locals && { locals: body(locals, 'locals') }),
    ...(sources && {
      source: sources.map(({ type, name, settings }) => ({
        [type]: { [name]: body(settings, `source.${type}.${name}`) },
      })),
    }),
    ...(builds && {
      build: builds.map(({ name, sources: from, provisioners = [], postProcessors = [] }) => ({
        ...(name !== undefined && { name }),
        sources: from,
        ...(provisioners.length > 0 && { provisioner: parts(provisioners) }),
        ...(postProcessors.length > 0 && { 'post-processor': parts(postProcessors) }),
      })),
    }),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
};
