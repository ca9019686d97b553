import { parseArgs } from 'node:util';
import type { Arguments, Command, Option } from '../commands/command.ts';
import { nearest } from '../config/nearest.ts';

/** Options of the program, which every command takes too. */
export const GLOBAL_OPTIONS = {
  help: { type: 'boolean', short: 'h', help: 'show this help' },
  debug: { type: 'boolean', help: 'show where an unexpected error happened' },
} as const satisfies Readonly<Record<string, Option>>;

/** What `--option` or `-o` on the command line was wrong, and what was probably meant. */
interface WrongUsage {
  readonly message: string;
  readonly hint?: string;
}
type Parsed = Arguments | WrongUsage;

const meant = (word: string, names: readonly string[]): { readonly hint?: string } => {
  const similar = nearest(word, names);
  return similar === undefined ? {} : { hint: `did you mean --${similar}?` };
};

const wrongCount = (command: Command, operands: readonly string[]): WrongUsage | undefined => {
  const [min, max] = command.operands ?? [0, 0];
  const surplus = operands[max];
  if (surplus !== undefined) return { message: `unexpected argument \`${surplus}\`` };
  return operands.length < min ? { message: `missing argument: ${command.usage}` } : undefined;
};

/** Reads the arguments after the command's name. Says the first thing that is wrong. */
export const parseArguments = (command: Command, args: readonly string[]): Parsed => {
  const options: Readonly<Record<string, Option>> = { ...command.options, ...GLOBAL_OPTIONS };
  // Not strict: the errors of `parseArgs` know nothing of what was meant.
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, short, multiple = false }]) => [
        name,
        { type, multiple, ...(short && { short }) },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option)
      return {
        message: `unknown option \`${token.rawName}\``,
        ...meant(token.name, Object.keys(options)),
      };
    // `-x` after an option that takes a value is more likely a forgotten value than one.
    const isForgotten = token.value === undefined || (!token.inlineValue && /^-./.test(token.value));
    if (option.type === 'string' && isForgotten)
      return {
        message: `\`${token.rawName}\` needs a value`,
        hint: `write ${token.rawName} ${option.value ?? 'VALUE'}`,
      };
    if (option.type === 'boolean' && token.value !== undefined)
      return { message: `\`${token.rawName}\` takes no value` };
  }
  const isHelp = values.help === true;
  const wrong = isHelp ? undefined : wrongCount(command, positionals);
  return wrong ?? { values: values as Arguments['values'], operands: positionals };
};
