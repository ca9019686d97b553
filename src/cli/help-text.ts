import type { Command, Options } from '../commands/command.ts';
import { GLOBAL_OPTIONS } from './parse-arguments.ts';

/** Two columns, the first as wide as its longest entry. */
const columns = (rows: readonly (readonly [left: string, right: string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
};

const optionRows = (options: Options) =>
  Object.entries(options).map(([name, { short, type, value = 'VALUE', help }]) => {
    const long = type === 'string' ? `--${name} ${value}` : `--${name}`;
    return [short ? `-${short}, ${long}` : `    ${long}`, help] as const;
  });

/** What `COMMAND --help` prints. */
export const commandHelp = (
  { name, usage, summary, description, options }: Command,
  program: string,
): string =>
  [
    `usage: ${program} ${name} [options]${usage ? ` ${usage}` : ''}\n`,
    `${summary}\n`,
    ...(description ? [`${description.trim()}\n`] : []),
    `options:\n${columns(optionRows({ ...options, ...GLOBAL_OPTIONS }))}`,
  ].join('\n');

/** What `--help` prints. */
export const programHelp = (
  commands: readonly Pick<Command, 'name' | 'summary'>[],
  program: string,
): string =>
  [
    `usage: ${program} COMMAND [options]\n`,
    'chatmail relays as self-configuring Debian 12 images\n',
    `commands:\n${columns(commands.map(({ name, summary }) => [name, summary]))}`,
    `options:\n${columns([
      ['-h, --help', `show this help; ${program} COMMAND --help shows a command's help`],
      ['    --version', 'show the version'],
    ])}`,
  ].join('\n');
