import { HELP } from './help.ts';
import { type Kind, SETTING_NAMES, SETTINGS, type Setting } from './schema.ts';
import { formatSize } from './size.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const text = { type: 'string', maxLength: 1000 };

/** What an editor can check by itself; `chatmail-image check` checks the rest. */
const TYPES: { readonly [K in Kind]: (setting: Setting) => JsonSchema } = {
  domain: () => ({ ...text, pattern: '^_?[a-z0-9.-]+$', examples: ['chat.example.org', '192.0.2.1'] }),
  text: () => ({ ...text, pattern: '^[^\\n]*$' }),
  integer: ({ min, max }) => ({ type: 'integer', minimum: min, maximum: max }),
  decimal: ({ min, max }) => ({ type: 'number', minimum: min, maximum: max }),
  size: ({ min, max }) => ({
    anyOf: [
      { type: 'integer', minimum: min, maximum: max },
      { type: 'string', pattern: '^[0-9]+[KMGT]?$' },
    ],
  }),
  boolean: () => ({ type: 'boolean' }),
  email: () => ({ ...text, format: 'email' }),
  url: () => ({ ...text, pattern: '^(https?://.*)?$' }),
  address: () => ({ ...text, anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }),
  volume: () => ({ ...text, pattern: '^(/dev/.+|[^/]{1,16})$' }),
  time: () => ({ ...text, pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
  registration: () => ({ enum: ['open', 'invite', 'closed'] }),
  path: () => ({ ...text, pattern: '^/' }),
  paths: () => ({ type: 'array', items: { ...text, pattern: '^/' }, minItems: 2, maxItems: 2 }),
};

const defaultOf = ({ kind, default: value }: Setting): JsonSchema =>
  value === undefined ? {} : { default: kind === 'size' ? formatSize(Number(value)) : value };

/** JSON Schema (draft 2020-12) of `chatmail.yaml`, for editors. */
export const jsonSchema = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'chatmail.yaml',
  description: 'settings of a chatmail relay',
  type: ['object', 'null'],
  additionalProperties: false,
  properties: Object.fromEntries(
    SETTING_NAMES.map((name) => {
      const setting: Setting = SETTINGS[name];
      const type = TYPES[setting.kind](setting);
      return [name, { description: HELP[name], ...defaultOf(setting), ...type }];
    }),
  ),
});
