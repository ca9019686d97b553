import {
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type Settings,
  withDefaults,
} from '../../config/schema.ts';
import { formatSize } from '../../config/size.ts';
import type { RelaySettings } from './read-settings.ts';

const show = (name: SettingName, value: unknown): string => {
  if (value === undefined) return 'unset';
  return SETTINGS[name].kind === 'size' ? formatSize(Number(value)) : JSON.stringify(value);
};

/** A line for each setting that is not what it was, or not its default where there was nothing before. */
export const settingChanges = (
  before: Settings | undefined,
  { settings, sources }: RelaySettings,
): readonly string[] => {
  const was = before ?? withDefaults({});
  return SETTING_NAMES.filter((name) => show(name, was[name]) !== show(name, settings[name])).map(
    (name) =>
      `${name}: ${show(name, was[name])} -> ${show(name, settings[name])} (${sources[name] ?? 'default'})`,
  );
};

/** What a person should know of these changes. */
export const changeNotes = (before: Settings | undefined, { settings }: RelaySettings): readonly string[] => {
  const notes: string[] = [];
  const was = before?.mail_domain;
  if (was !== undefined && was !== settings.mail_domain)
    notes.push(
      `warning: a new mail_domain changes every address: nobody can log in to an address at ${was} any more, and its mail is refused`,
    );
  if (settings.turn && !before?.turn)
    notes.push('turn: open UDP ports 3478 and 49152 to 65535 in the firewall of your provider');
  return notes;
};
