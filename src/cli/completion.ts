import type { Command, Option } from '../commands/command.ts';
import { GLOBAL_OPTIONS } from './parse-arguments.ts';
import { PROGRAM } from './program-name.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** What may stand as a value, as far as it is one of a few words: `image|debian`, or those that are named. */
const wordsOf = ({ value = '', words = [] }: Option): readonly string[] =>
  /^[\w-]+(\|[\w-]+)+$/.test(value) ? value.split('|') : words;

const isFile = ({ value = '' }: Option): boolean => /^(FILE|DIR|IMAGE|PATH)$/.test(value);

const optionsOf = ({ options }: Command): readonly (readonly [name: string, option: Option])[] =>
  Object.entries({ ...options, ...GLOBAL_OPTIONS });

const spellings = (name: string, { short }: Option): readonly string[] => [
  `--${name}`,
  ...(short === undefined ? [] : [`-${short}`]),
];

/** A case of bash for each option that takes a value. */
const bashValues = (command: Command): readonly string[] =>
  optionsOf(command)
    .filter(([, { type }]) => type === 'string')
    .map(([name, option]) => {
      const patterns = spellings(name, option).map((one) => `'${command.name} ${one}'`);
      const reply = isFile(option) ? 'files' : `words ${wordsOf(option).join(' ')}`;
      return `    ${patterns.join(' | ')}) ${reply.trim()} ;;`;
    });

const bashOptions = (command: Command): string =>
  `    '${command.name} '*) words ${[
    ...(command.words ?? []),
    ...optionsOf(command).map(([name]) => `--${name}`),
  ].join(' ')} ;;`;

const bash = (commands: readonly Command[]): string => `# Completion of ${PROGRAM}, for bash.
_chatmail_image() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  words() { COMPREPLY=($(compgen -W "$*" -- "$cur")); }
  files() { COMPREPLY=($(compgen -f -- "$cur")); }
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words help ${commands.map(({ name }) => name).join(' ')} --help --version
    return
  fi
  case "\${COMP_WORDS[1]} $prev" in
${commands.flatMap((command) => [...bashValues(command), bashOptions(command)]).join('\n')}
    'help '*) words ${commands.map(({ name }) => name).join(' ')} ;;
  esac
}
complete -F _chatmail_image ${PROGRAM}
`;

/** zsh runs the completions of bash. */
const zsh = (commands: readonly Command[]): string =>
  `#compdef ${PROGRAM}\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;

const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

const fishOption = (command: Command, name: string, option: Option): string => {
  const words = wordsOf(option);
  const argument = option.type === 'boolean' ? [] : isFile(option) ? ['-r', '-F'] : ['-x'];
  return [
    `complete -c ${PROGRAM} -n ${quote(`__fish_seen_subcommand_from ${command.name}`)} -l ${name}`,
    ...(option.short === undefined ? [] : [`-s ${option.short}`]),
    ...argument,
    ...(words.length === 0 ? [] : [`-a ${quote(words.join(' '))}`]),
    `-d ${quote(option.help)}`,
  ].join(' ');
};

const fishCommand = (command: Command): readonly string[] => [
  `complete -c ${PROGRAM} -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`,
  ...(command.words === undefined
    ? []
    : [
        `complete -c ${PROGRAM} -n ${quote(`__fish_seen_subcommand_from ${command.name}`)} -a ${quote(command.words.join(' '))}`,
      ]),
  ...optionsOf(command).map(([name, option]) => fishOption(command, name, option)),
];

const fish = (commands: readonly Command[]): string =>
  [
    `# Completion of ${PROGRAM}, for fish.`,
    `complete -c ${PROGRAM} -f`,
    ...commands.flatMap(fishCommand),
    '',
  ].join('\n');

const WRITERS: Readonly<Record<Shell, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

/** A script that a shell sources, and completes commands, options and their values after that. */
export const completionScript = (shell: Shell, commands: readonly Command[]): string =>
  WRITERS[shell](commands);
