import { nearest } from '../../config/nearest.ts';
import { SETTING_NAMES, type SettingName } from '../../config/schema.ts';
import { describeSetting, settingDetails, settingsTable } from '../../config/settings-table.ts';
import type { Arguments } from '../lib/command.ts';

const isName = (name: string): name is SettingName => SETTING_NAMES.includes(name as SettingName);

/** Prints every setting, or one, with its type, default and meaning. Exit status 2 for a name that is none. */
export const describe = ({ words: [name], has }: Arguments): number => {
  if (name !== undefined && !isName(name)) {
    const similar = nearest(name, SETTING_NAMES);
    process.stderr.write(
      `chatmail: no such setting: ${JSON.stringify(name)}${similar === undefined ? '' : `; did you mean ${similar}?`}\n`,
    );
    return 2;
  }
  const names = name === undefined ? SETTING_NAMES : [name];
  if (has('--json')) process.stdout.write(`${JSON.stringify(names.map(describeSetting))}\n`);
  else if (name !== undefined) process.stdout.write(settingDetails(name));
  else process.stdout.write(settingsTable(names, process.stdout.columns ?? 100));
  return 0;
};
