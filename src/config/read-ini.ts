import type { Source } from '../problem/problem.ts';
import { similarBoolean } from './boolean.ts';
import { type Complain, checkEntries, type Entry, type Layer } from './check-entries.ts';
import type { SettingsProblem } from './problem.ts';
import { MAX_LENGTH } from './read-yaml.ts';
import { settingOf } from './schema.ts';
import { similarSize } from './size.ts';

/** What upstream's file may also set, and what we have no use for: removed there, or its inner ports and paths. */
const WITHOUT_EFFECT: readonly string[] = [
  'passthrough_senders',
  'passthrough_recipients',
  'turn_socket_path',
  'mailboxes_dir',
  'passdb_path',
  'filtermail_smtp_port',
  'filtermail_smtp_port_incoming',
  'filtermail_http_port_incoming',
  'filtermail_lmtp_port_transport',
  'postfix_reinject_port',
  'postfix_reinject_port_incoming',
];

/** The value that means no folder: upstream then publishes no pages, but this relay always does. */
const isWithoutEffect = (name: string, value: string): boolean =>
  WITHOUT_EFFECT.includes(name) || (name === 'www_folder' && /^disabled$/i.test(value));

/** Settings that upstream calls otherwise. */
const RENAMED: Readonly<Record<string, string>> = { mtail_address: 'metrics_address' };

interface IniEntry extends Entry {
  readonly section: string;
  readonly value: string;
  readonly nameRange: { readonly start: number; readonly end: number };
  readonly range: { readonly start: number; readonly end: number };
}

/** Upstream counts mailboxes, memory and disk in megabytes, messages in bytes. */
const sizeOf = (name: string, value: string): string => {
  const size = similarSize(value) ?? value;
  return /^\d+$/.test(size) && name !== 'max_message_size' ? `${size}M` : size;
};

/** A value in our form. */
const translate = (name: string, value: string): string => {
  const kind = settingOf(name)?.kind;
  if (kind === 'size') return sizeOf(name, value);
  return (kind === 'boolean' && similarBoolean(value)) || value;
};

const unquote = (text: string): string => text.replace(/^(["'])(.*)\1$/, '$2');

/** `name = value` or `name: value`; an indented line continues the value; `#` and `;` start a comment line. */
const iniEntries = (text: string, complain: Complain): readonly IniEntry[] => {
  const entries: IniEntry[] = [];
  let section = 'params';
  let start = 0;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    const first = start + line.indexOf(trimmed);
    const whole = { start: first, end: first + trimmed.length };
    const last = entries.at(-1);
    const [, header] = /^\[(.*)\]/.exec(trimmed) ?? [];
    const [, name = '', rest = ''] = /^([^=:]*?)\s*[=:]\s*(.*)$/.exec(trimmed) ?? [];
    start += line.length + 1;
    if (trimmed === '' || /^[#;]/.test(trimmed)) continue;
    if (/^\s/.test(line) && last)
      entries[entries.length - 1] = {
        ...last,
        value: last.value ? `${last.value} ${trimmed}` : trimmed,
        range: { start: last.value ? last.range.start : whole.start, end: whole.end },
      };
    else if (header !== undefined) section = header.trim();
    else if (name === '') complain('bad-line', whole, {}, trimmed);
    else
      entries.push({
        section,
        name,
        value: rest,
        nameRange: { start: first, end: first + name.length },
        range: { start: whole.end - rest.length, end: whole.end },
      });
  }
  return entries;
};

/**
 * Settings in upstream's `chatmail.ini`: its section `[params]`. What we know and have no use for, and other
 * sections, give warnings with code `no-effect`. Reports all problems; never throws.
 */
export const readIni = (source: Source): Layer => {
  const warnings: SettingsProblem[] = [];
  const layer = checkEntries(source, (complain) => {
    if (source.text.length > MAX_LENGTH) {
      complain('too-large');
      return [];
    }
    return iniEntries(source.text, complain).flatMap(({ section, value, ...entry }) => {
      const isUsed = section === 'params' && !isWithoutEffect(entry.name, value);
      const inner = RENAMED[entry.name] ?? entry.name;
      if (isUsed) return [{ ...entry, name: inner, value: translate(inner, unquote(value)) }];
      const { name, nameRange: range } = entry;
      warnings.push({ code: 'no-effect', severity: 'warning', path: [name], range, source });
      return [];
    });
  });
  return { ...layer, problems: [...layer.problems, ...warnings] };
};
