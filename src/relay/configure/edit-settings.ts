import { settingOf } from '../../config/schema.ts';
import { plainOrQuoted, quoteReadably } from '../../config/write-yaml.ts';

/** A number, a size and true stand as they are; a text that YAML would take for one of them is quoted. */
const yamlValue = (name: string, value: string): string =>
  /^(integer|decimal|size|boolean)$/.test(settingOf(name)?.kind ?? '')
    ? value
    : plainOrQuoted(value, quoteReadably);

/** Puts one setting into a YAML text: in its own place, or below its commented line, or at the end. */
const putSetting = (text: string, name: string, value: string): string => {
  const line = `${name}: ${yamlValue(name, value)}`;
  // With the indented lines that belong to it; a comment at its end stays.
  const set = new RegExp(`^${name}[ \\t]*:.*?([ \\t]+#.*)?$(\\n[ \\t]+\\S.*)*`, 'm');
  if (set.test(text)) return text.replace(set, (_, comment = '') => line + comment);
  const commented = new RegExp(`^#[ \\t]*${name}[ \\t]*:.*`, 'm');
  if (commented.test(text)) return text.replace(commented, (found) => `${found}\n${line}`);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
};

/** The text of a settings file with `name=value` flags put in; all else stays as it is, comments too. */
export const editSettings = (text: string, flags: readonly string[]): string =>
  flags.reduce((edited, flag) => {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(flag) ?? [];
    return settingOf(name) ? putSetting(edited, name, value) : edited;
  }, text);
