#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { completionCommand } from './cli/completion-command.ts';
import { contextOf, type World } from './cli/context.ts';
import { commandHelp, programHelp } from './cli/help-text.ts';
import { parseArguments } from './cli/parse-arguments.ts';
import { printException } from './cli/print-exception.ts';
import { PROGRAM, programName } from './cli/program-name.ts';
import { versionText } from './cli/version-text.ts';
import type { Command, ExitStatus } from './commands/command.ts';
import { nearest } from './config/nearest.ts';

/** Loads a command's module when it is asked for: most of them are not needed to run one. */
export type Commands = Readonly<Record<string, () => Promise<{ readonly command: Command }>>>;

/** Every command, in the order of the help. */
export const COMMANDS: Commands = {
  init: () => import('./commands/init.ts'),
  check: () => import('./commands/check.ts'),
  describe: () => import('./commands/describe.ts'),
  build: () => import('./commands/build.ts'),
  'user-data': () => import('./commands/user-data.ts'),
  try: () => import('./commands/try.ts'),
  packer: () => import('./commands/packer.ts'),
  dns: () => import('./commands/dns.ts'),
  package: () => import('./commands/package.ts'),
  release: () => import('./commands/release.ts'),
  requirements: () => import('./commands/requirements.ts'),
  completion: async () => ({ command: completionCommand(() => loadAll(COMMANDS)) }),
};

/** Ended by SIGINT or SIGTERM: 128 and the number of SIGINT, as a shell would say. */
const INTERRUPTED = 130;

const loadAll = async (commands: Commands): Promise<readonly Command[]> =>
  (await Promise.all(Object.values(commands).map((load) => load()))).map(({ command }) => command);

const helpText = async (commands: Commands, { program = PROGRAM }: World): Promise<string> =>
  programHelp(await loadAll(commands), program);

const wrongCommand = (world: World, name: string, commands: Commands): ExitStatus => {
  const context = contextOf(world, '');
  if (name.startsWith('-')) return context.usage(`unknown option \`${name}\``);
  const similar = nearest(name, Object.keys(commands));
  return context.usage(`unknown command \`${name}\``, similar && `did you mean \`${similar}\`?`);
};

const runCommand = async (command: Command, args: readonly string[], world: World): Promise<ExitStatus> => {
  const context = contextOf(world, command.name);
  const parsed = parseArguments(command, args);
  if ('message' in parsed) return context.usage(parsed.message, parsed.hint);
  if (!parsed.values.help) return command.run(context, parsed);
  world.stdout.write(commandHelp(command, context.program));
  return 0;
};

const isHelp = (arg: string): boolean => ['help', '--help', '-h'].includes(arg);

const dispatch = async (
  [first, ...rest]: readonly string[],
  world: World,
  commands: Commands,
): Promise<ExitStatus> => {
  const { stdout, stderr } = world;
  const of = rest[0] ?? '-';
  if (first === undefined) stderr.write(await helpText(commands, world));
  else if (first === '--version') stdout.write(await versionText(world.cwd));
  else if (isHelp(first) && of.startsWith('-')) stdout.write(await helpText(commands, world));
  else if (isHelp(first)) return dispatch([of, '--help'], world, commands);
  else {
    const load = Object.hasOwn(commands, first) ? commands[first] : undefined;
    return load ? runCommand((await load()).command, rest, world) : wrongCommand(world, first, commands);
  }
  return first === undefined ? 2 : 0;
};

/**
 * Runs the program: arguments after its name → exit status. Never rejects. A command that gives up because
 * the signal was aborted ends with 130; one that takes it for its normal end returns its own status.
 */
export const main = async (
  args: readonly string[],
  world: World,
  commands: Commands = COMMANDS,
): Promise<number> => {
  try {
    return await dispatch(args, world, commands);
  } catch (error) {
    if (world.signal.aborted) return INTERRUPTED;
    printException(world, error, args.includes('--debug'));
    return 1;
  }
};

/** The first signal asks the command to end, the second one ends the process. */
const interruptible = (): AbortSignal => {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return controller.signal;
};

const isProgram = (): boolean =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);

if (isProgram()) {
  const { stdout, stderr, env } = process;
  // `… | head` closes the pipe: no reader is left.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const cwd = process.cwd();
  const program = programName({ script: process.argv[1], cwd, path: env.PATH });
  const world = { stdout, stderr, env, cwd, program, signal: interruptible() };
  const status = await main(process.argv.slice(2), world);
  // What was given up may still wait for an answer.
  if (world.signal.aborted) process.exit(status);
  process.exitCode = status;
}
