import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Commands, readArguments, runCommand } from '../../../src/relay/lib/command.ts';

test.each([
  ['', [], []],
  ['[--json]', ['--json'], []],
  ['[--json] ADDRESS', ['a', '--json'], ['a']],
  ['[--yes] [--json] ADDRESS...', ['--json', 'a', '--yes', 'b'], ['a', 'b']],
  ['[--json] ADDRESS', ['--', '--json'], ['--json']],
  ['[on|off]', [], []],
  ['[on|off]', ['on'], ['on']],
])('of %j: %j', (usage, args, words) => {
  const given = readArguments(usage, args);
  expect(typeof given === 'string' ? given : given.words).toEqual(words);
});

test.each([
  ['', ['a'], 'unexpected argument: a'],
  ['[--json]', ['--jsn'], "unknown option '--jsn'"],
  ['[--json]', ['-j'], "unknown option '-j'"],
  ['[--json] ADDRESS', ['a', 'b'], 'unexpected argument: b'],
  ['[--set NAME=VALUE] [--json]', ['--json', 'VALUE'], 'unexpected argument: VALUE'],
  ['[--set NAME=VALUE]', ['--set'], '--set needs a value'],
  ['[--json] ADDRESS...', [], 'ADDRESS is missing'],
  ['[--json] ADDRESS...', ['--yes', 'a'], "unknown option '--yes'"],
  ['[on|off]', ['maybe'], 'expected on or off, not "maybe"'],
])('wrong for %j: %j', (usage, args, problem) => expect(readArguments(usage, args)).toContain(problem));

test('an option may have a value, and be given more than once', () => {
  const given = readArguments('[--yes] [--set NAME=VALUE]', ['--set', 'a=1', '--set=b=2']);
  if (typeof given === 'string') throw new Error(given);
  expect([given.values('--set'), given.values('--yes'), given.has('--set')]).toEqual([
    ['a=1', 'b=2'],
    [],
    true,
  ]);
});

test('flags are those that were given', () => {
  const given = readArguments('[--yes] [--json] WORD', ['--json', '--', '--yes']);
  if (typeof given === 'string') throw new Error(given);
  expect([given.has('--json'), given.has('--yes'), given.words]).toEqual([true, false, ['--yes']]);
});

let out: string[];
let err: string[];
beforeEach(() => {
  [out, err] = [[], []];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const COMMANDS: Commands = {
  'users list': { usage: '[--json]', help: 'Lists.', run: ({ has }) => (has('--json') ? 0 : 1) },
  'users show': { usage: 'ADDRESS', help: 'Shows it.', run: ({ words }) => words.length },
  create: { usage: '[on|off]', help: 'Switches.', run: async () => 0 },
  service: { usage: '', help: '', run: () => undefined },
};
const LIST = 'chatmail users list [--json]\n    Lists.\n';
const SHOW = 'chatmail users show ADDRESS\n    Shows it.\n';
const ALL = [
  'usage: chatmail COMMAND',
  '  users list     Lists.',
  '  users show     Shows it.',
  '  create         Switches.',
  'For the options of a command: chatmail COMMAND --help. For more: man chatmail.\n',
].join('\n');

test.each([
  [['users', 'list', '--json'], 0, '', ''],
  [['users', 'list'], 1, '', ''],
  [['users', 'show', 'list'], 1, '', ''],
  [['create'], 0, '', ''],
  [['service'], undefined, '', ''],
  [['--help'], 0, ALL, ''],
  [['-h'], 0, ALL, ''],
  [['help'], 0, ALL, ''],
  [['help', 'users'], 0, LIST + SHOW, ''],
  [['help', 'users', 'show'], 0, SHOW, ''],
  [['help', 'service'], 2, '', 'chatmail: no such command: service\n'],
  [['users', '--help'], 0, LIST + SHOW, ''],
  [['users', 'show', '--help'], 0, SHOW, ''],
  [[], 2, '', ALL],
  [['users'], 2, '', LIST + SHOW],
  [['users', 'shw'], 2, '', `chatmail: no such command: users shw\n${LIST}${SHOW}`],
  [['user'], 2, '', `chatmail: no such command: user\n${ALL}`],
  [['constructor'], 2, '', `chatmail: no such command: constructor\n${ALL}`],
  [['users', 'show'], 2, '', 'chatmail: ADDRESS is missing\nusage: chatmail users show ADDRESS\n'],
])('chatmail %j', async (args, status, stdout, stderr) => {
  const result = await runCommand(COMMANDS, args);
  expect([result, out.join(''), err.join('')]).toEqual([status, stdout, stderr]);
});
