import { SETTING_NAMES, type Settings, withDefaults } from '../../config/schema.ts';
import type { RelaySettings } from './read-settings.ts';

const show = (value: unknown): string => (value === undefined ? 'unset' : JSON.stringify(value));

/** A line for each setting that is not what it was, or not its default where there was nothing before. */
export const settingChanges = (
  before: Settings | undefined,
  { settings, sources }: RelaySettings,
): readonly string[] => {
  const was = before ?? withDefaults({});
  return SETTING_NAMES.filter((name) => show(was[name]) !== show(settings[name])).map(
    (name) => `${name}: ${show(was[name])} -> ${show(settings[name])} (${sources[name] ?? 'default'})`,
  );
};
