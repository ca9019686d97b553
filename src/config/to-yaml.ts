import { EXAMPLES, HELP } from './help.ts';
import { SETTING_NAMES, type SettingName, type Settings, settingOf } from './schema.ts';
import { settingYaml } from './setting-yaml.ts';
import { wrap } from './wrap.ts';
import { quoteReadably } from './write-yaml.ts';

const HEADER = `# Settings of a chatmail relay. To change a setting, remove the # in front of it. Each line
# shows the default, or an example if there is none. Without mail_domain the relay uses its host
# name if that is a public name, and its IPv4 address otherwise.
`;

const MAX_WIDTH = 96;

/** The default as it stands in YAML, or an example; `isExample` says which. */
export const exampleOf = (name: SettingName): { readonly text: string; readonly isExample: boolean } => {
  const value = settingOf(name)?.default;
  return value === undefined
    ? { text: EXAMPLES[name] ?? '', isExample: true }
    : { text: settingYaml(name, value, quoteReadably), isExample: false };
};

const paragraph = (name: SettingName, value: unknown): string => {
  const { text, isExample } = exampleOf(name);
  const lines = wrap(HELP[name], MAX_WIDTH).map((line) => `# ${line}`);
  if (value !== undefined && value !== settingOf(name)?.default)
    lines.push(`${name}: ${settingYaml(name, value, quoteReadably)}`);
  else lines.push(`#${name}: ${text}${isExample ? '  # example' : ''}`);
  return `\n${lines.join('\n')}\n`;
};

/** The comment by which editors find a schema (redhat-developer/yaml-language-server, “Using inlined schema”). */
const schemaLine = (schema: string | undefined): string =>
  schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`;

/**
 * A `chatmail.yaml` with every setting: those that differ from their default as they are, the others
 * behind a `#`. `readYaml` reads it back to the same settings. `schema`: path or URL of its JSON Schema, for editors.
 */
export const toYaml = (settings: Partial<Settings> = {}, schema?: string): string =>
  schemaLine(schema) + HEADER + SETTING_NAMES.map((name) => paragraph(name, settings[name])).join('');
