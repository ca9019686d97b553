import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../src/cli.ts';
import { SETTING_NAMES } from '../src/config/schema.ts';
import { settingsMarkdown } from '../src/config/settings-table.ts';
import { PROJECT } from '../src/package/paths.ts';

const readme = readFileSync(`${PROJECT}README.md`, 'utf8');

test('the table of settings is what `describe --markdown` prints', () => {
  const table = readme.split('<!-- settings -->\n')[1]?.split('<!-- /settings -->')[0];
  expect(table).toBe(settingsMarkdown(SETTING_NAMES));
});

const commandLines = readme.split('\n').flatMap((line) => line.match(/^node lib\/cli\.js (.*)$/)?.[1] ?? []);

test('there are examples of the program', () => {
  expect(commandLines.length).toBeGreaterThan(0);
});

test.each(commandLines)('the example `%s` names a command and options that exist', async (line) => {
  const [name = '', ...args] = line.split(' ');
  const load = COMMANDS[name];
  const command = await load?.().then((loaded) => loaded.command);
  const options = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.slice(2));
  expect(Object.keys(command?.options ?? {})).toEqual(expect.arrayContaining(options));
});
