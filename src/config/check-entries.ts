import type { Range, Source } from '../problem/problem.ts';
import { checkValue } from './check-value.ts';
import type { Result, SettingsCode, SettingsProblem } from './problem.ts';
import { type SettingName, type Settings, settingOf } from './schema.ts';

/** `name: value` as some reader found it, and where both stand. */
export interface Entry {
  readonly name: string;
  readonly value: unknown;
  readonly nameRange?: Range | undefined;
  readonly range?: Range | undefined;
}

/** What one reader found: the settings that are set there, and where. */
export type Layer = Result<Partial<Settings>> & {
  readonly places: Readonly<Partial<Record<SettingName, Pick<SettingsProblem, 'range' | 'source'>>>>;
};

/** Takes an error that a reader has found; `name` is the setting it is about, if it is about one. */
export type Complain = (
  code: SettingsCode,
  range?: Range,
  facts?: SettingsProblem['facts'],
  name?: string,
) => void;

/** One-based line of an offset. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/**
 * The part all readers share: checks every entry that `read` finds in the source, and says all that is
 * wrong, in the order of the text.
 */
export const checkEntries = (source: Source, read: (complain: Complain) => readonly Entry[]): Layer => {
  const problems: SettingsProblem[] = [];
  const complain: Complain = (code, range, facts = {}, name) => {
    const path = name === undefined ? [] : [name];
    problems.push({ code, severity: 'error', path, source, facts, ...(range && { range }) });
  };
  const values: Record<string, unknown> = {};
  const places: Record<string, Layer['places'][SettingName]> = {};
  const seen = new Map<string, number>();
  for (const { name, value, nameRange, range } of read(complain)) {
    const setting = settingOf(name);
    const line = seen.get(name);
    if (!setting) complain('unknown-setting', nameRange, {}, name);
    else if (line) complain('duplicate-setting', nameRange, { line }, name);
    else {
      seen.set(name, lineOf(source.text, nameRange?.start ?? 0));
      const checked = checkValue(setting, value);
      if ('code' in checked) complain(checked.code, range, checked.facts, name);
      else if (checked.value !== undefined) {
        values[name] = checked.value;
        places[name] = { source, ...(range && { range }) };
      }
    }
  }
  if (!problems[0]) return { ok: true, value: values, problems, places };
  problems.sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
  return { ok: false, problems, places };
};
