import { parseArgs } from 'node:util';

/** One command of `chatmail`. */
export interface Command {
  /**
   * What follows the name: `[--json]`, `[--set VALUE]` and `[WORD]` may be given, `WORD` must be, `WORD...` more than once, of `on|off`
   * one. This is what is held against the arguments, too.
   */
  readonly usage: string;
  /** What it does, in a line, lower case without a full stop; empty for what only systemd starts. */
  readonly help: string;
  /** Ends with an exit status; a service with none, for it goes on. */
  readonly run: (given: Arguments) => number | undefined | Promise<number | undefined>;
}
export type Commands = Readonly<Record<string, Command>>;

export interface Arguments {
  readonly args: readonly string[];
  readonly words: readonly string[];
  readonly has: (flag: string) => boolean;
  /** What was given to an option, each time it was given. */
  readonly values: (option: string) => string[];
}

/** What was given to a command, or what is wrong with it. */
export const readArguments = (usage: string, args: readonly string[]): Arguments | string => {
  const options = Object.fromEntries(
    [...usage.matchAll(/\[--([a-z-]+)( .+?)?\]/g)].map(([, name = '', value]) => [
      name,
      { type: value ? 'string' : 'boolean', multiple: true } as const,
    ]),
  );
  const places = usage.replace(/\[--.*?\]/g, '').match(/\S+/g) ?? [];
  try {
    const { values, positionals: words } = parseArgs({ args: [...args], options, allowPositionals: true });
    const missing = places[words.length];
    if (missing && !missing.startsWith('[')) return `${missing.replace('...', '')} is missing`;
    const [first] = words;
    const choices = places[0]?.replace(/[[\]]/g, '').split('|') ?? [];
    if (first !== undefined && choices.length > 1 && !choices.includes(first))
      return `expected ${choices.join(' or ')}, not ${JSON.stringify(first)}`;
    const surplus = usage.includes('...') ? undefined : words[places.length];
    if (surplus !== undefined) return `unexpected argument: ${surplus}`;
    return {
      args,
      words,
      has: (flag) => values[flag.slice(2)] !== undefined,
      values: (option) => ((values[option.slice(2)] ?? []) as (string | boolean)[]).map(String),
    };
  } catch (error) {
    // Node's advice follows its first sentence, and the usage is printed here anyway.
    const message = (error as Error).message.replace(/(\. |\n).*/s, '').replace('Unknown', 'unknown');
    return message.replace(/.*(--\S+).* missing$/, '$1 needs a value');
  }
};

const usageLine = (name: string, { usage }: Command): string => `chatmail ${name} ${usage}`.trim();

const isShown = ([, { help }]: readonly [string, Command]): boolean => help !== '';

/** All commands that a person may want, one on each line. */
const commandList = (commands: Commands): string =>
  [
    'usage: chatmail COMMAND\n',
    ...Object.entries(commands)
      .filter(isShown)
      .map(([name, { help }]) => `  ${name.padEnd(15)}${help}\n`),
    'For the options of a command: chatmail COMMAND --help. For more: man chatmail.\n',
  ].join('');

/** How to use the commands of this name, or whose name starts with it; empty if there are none. */
const usageText = (commands: Commands, start: string): string =>
  Object.entries(commands)
    .filter((entry) => isShown(entry) && `${entry[0]} `.startsWith(`${start} `))
    .map(([name, command]) => `${usageLine(name, command)}\n    ${command.help}\n`)
    .join('');

/**
 * Runs what `args` name: the longest name of a command at their start. Exit status 2, and what is wrong on stderr,
 * for what cannot be understood.
 */
export const runCommand = async (
  commands: Commands,
  args: readonly string[],
): Promise<number | undefined> => {
  const [first = '', second = ''] = args;
  const name = [`${first} ${second}`, first].find((each) => Object.hasOwn(commands, each)) ?? '';
  const command = commands[name];
  if (first === 'help' || args.some((arg) => arg === '--help' || arg === '-h')) {
    const about = name || args.filter((arg) => !/^(--help|-h|help)$/.test(arg)).join(' ');
    const text = about ? usageText(commands, about) : commandList(commands);
    process.stdout.write(text);
    if (!text) process.stderr.write(`chatmail: no such command: ${about}\n`);
    return text ? 0 : 2;
  }
  if (!command) {
    const usage = first && usageText(commands, first);
    const unknown = usage ? second && `${first} ${second}` : first;
    if (unknown) process.stderr.write(`chatmail: no such command: ${unknown}\n`);
    process.stderr.write(usage || commandList(commands));
    return 2;
  }
  const given = readArguments(command.usage, args.slice(name.split(' ').length));
  if (typeof given !== 'string') return command.run(given);
  process.stderr.write(`chatmail: ${given}\nusage: ${usageLine(name, command)}\n`);
  return 2;
};
