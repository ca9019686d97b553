import { type SettingName, settingOf } from './schema.ts';
import { formatSize } from './size.ts';
import { plainOrQuoted, quote } from './write-yaml.ts';

/** A value of that setting as it stands in `chatmail.yaml`; in ASCII, unless its quotes allow more. */
export const settingYaml = (name: SettingName, value: unknown, inQuotes = quote): string => {
  if (settingOf(name)?.kind === 'size') return formatSize(Number(value));
  if (Array.isArray(value))
    return `[${value.map((item) => plainOrQuoted(String(item), inQuotes)).join(', ')}]`;
  return typeof value === 'string' ? plainOrQuoted(value, inQuotes) : String(value);
};
