import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Commands } from './command.ts';

/**
 * What `chatmail` runs from the package chatmail-relay-extras, by the first word of the command. They are named here so
 * that a relay without that package says what is missing.
 */
export const EXTRA_COMMANDS: readonly string[] = [
  'backup',
  'create',
  'describe',
  'dns',
  'invite',
  'report',
  'restore',
  'share',
  'update',
  'users',
];

/** Where that package has its commands. */
const FILE = '/usr/lib/chatmail/extras.cjs';

/** What the extras use of the program that loads them: each would otherwise be in two files. */
export interface Core {
  /** What is wrong with a settings file of this text, in words. */
  readonly settingsProblem: (text: string) => Promise<string | undefined>;
  /** Writes what follows from the settings, and starts what reads it; the exit status. */
  readonly configure: () => Promise<number>;
}

/** The commands of the extras where they are installed; `undefined` elsewhere. */
export const loadExtras = (core: Core, file = FILE): Commands | undefined => {
  if (!existsSync(file)) return undefined;
  const { extras } = createRequire(file)(file) as { extras: (core: Core) => Commands };
  return extras(core);
};

/** The message for such a command where the extras are not installed. */
export const missingExtras = (command: string, version: string): string =>
  `${command} needs the package chatmail-relay-extras ${version}: a relay of a release installs it once it is ready; ` +
  `else build it with \`package\` of chatmail-image, and run \`apt install ./chatmail-relay-extras_${version}_all.deb\``;
