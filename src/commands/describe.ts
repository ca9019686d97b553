import { jsonSchema } from '../config/json-schema.ts';
import { nearest } from '../config/nearest.ts';
import { SETTING_NAMES, type SettingName } from '../config/schema.ts';
import {
  describeSetting,
  settingDetails,
  settingsMarkdown,
  settingsTable,
} from '../config/settings-table.ts';
import { defineCommand } from './command.ts';

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const isName = (name: string): name is SettingName => SETTING_NAMES.includes(name as SettingName);

export const command = defineCommand({
  name: 'describe',
  summary: 'show every setting, its type, default and meaning',
  usage: '[NAME]',
  operands: [0, 1],
  description: 'NAME shows one setting only, with the values it can have.',
  options: {
    json: { type: 'boolean', help: 'print the result as JSON' },
    'json-schema': { type: 'boolean', help: 'JSON Schema (draft 2020-12) of chatmail.yaml, for editors' },
    markdown: { type: 'boolean', help: 'a table in Markdown' },
  },
  run: async (context, { operands: [name], values }) => {
    const { json, 'json-schema': schema, markdown } = values;
    if ([json, schema, markdown].filter(Boolean).length > 1)
      return context.usage('only one of --json, --json-schema and --markdown can be given');
    if (schema && name !== undefined)
      return context.usage('--json-schema covers all settings', 'leave out NAME');
    if (name !== undefined && !isName(name)) {
      const similar = nearest(name, SETTING_NAMES);
      return context.usage(`there is no setting \`${name}\``, similar && `did you mean \`${similar}\`?`);
    }
    const names = name === undefined ? SETTING_NAMES : [name];
    const { stdout } = context;
    if (schema) stdout.write(asJson(jsonSchema()));
    else if (json) stdout.write(asJson(names.map(describeSetting)));
    else if (markdown) stdout.write(settingsMarkdown(names));
    else if (name !== undefined) stdout.write(settingDetails(name));
    else stdout.write(settingsTable(names, stdout.columns ?? 100));
    return 0;
  },
});
