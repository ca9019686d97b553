import { HELP, KIND_NAMES } from './help.ts';
import { SETTINGS, type Setting, type SettingName } from './schema.ts';
import { formatSize } from './size.ts';
import { exampleOf } from './to-yaml.ts';
import { wrap } from './wrap.ts';

/** One setting as texts for people. */
interface Described {
  readonly name: SettingName;
  readonly type: string;
  /** Empty if there is none. */
  readonly default: string;
  readonly meaning: string;
  /** Smallest and largest value; empty if there are none. */
  readonly range: string;
  /** Empty if there is a default. */
  readonly example: string;
}

export const describeSetting = (name: SettingName): Described => {
  const { kind, min, max }: Setting = SETTINGS[name];
  const { text, isExample } = exampleOf(name);
  const show = (value: number) => (kind === 'size' ? formatSize(value) : String(value));
  return {
    name,
    type: KIND_NAMES[kind],
    default: isExample ? '' : text,
    meaning: HELP[name],
    range: min === undefined || max === undefined ? '' : `${show(min)} to ${show(max)}`,
    example: isExample ? text : '',
  };
};

/** A table in columns for a terminal `width` wide; the meaning is wrapped. */
export const settingsTable = (names: readonly SettingName[], width: number): string => {
  const rows = names.map(describeSetting);
  const widest = (key: 'name' | 'type' | 'default') => Math.max(...rows.map((row) => row[key].length));
  const [nameWidth, typeWidth, defaultWidth] = [widest('name'), widest('type'), widest('default')];
  const margin = nameWidth + typeWidth + defaultWidth + 6;
  return rows
    .map(({ name, type, default: value, meaning }) => {
      const [first, ...more] = wrap(meaning, Math.max(30, width - margin));
      const line = `${name.padEnd(nameWidth)}  ${type.padEnd(typeWidth)}  ${value.padEnd(defaultWidth)}  ${first}\n`;
      return line + more.map((part) => `${' '.repeat(margin)}${part}\n`).join('');
    })
    .join('');
};

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** The README's table. */
export const settingsMarkdown = (names: readonly SettingName[]): string =>
  [
    '| setting | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...names
      .map(describeSetting)
      .map((row) => `| ${code(row.name)} | ${row.type} | ${code(row.default)} | ${cell(row.meaning)} |`),
    '',
  ].join('\n');

/** Everything about one setting. */
export const settingDetails = (name: SettingName): string => {
  const { type, default: value, meaning, range, example } = describeSetting(name);
  const rows = Object.entries({ type, default: value || 'none', range, example }).filter(([, text]) => text);
  return `${name}: ${meaning}\n${rows.map(([key, text]) => `  ${key.padEnd(8)} ${text}\n`).join('')}`;
};
