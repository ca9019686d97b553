import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { versionText } from '../src/cli/version-text.ts';
import { COMMANDS, type Commands, main } from '../src/cli.ts';
import { type Command, defineCommand } from '../src/commands/command.ts';
import { failure } from '../src/terminal/failure.ts';
import { VERSION } from '../src/version.ts';

const OPTIONS = {
  output: { type: 'string', short: 'o', value: 'FILE', help: 'where to write' },
  name: { type: 'string', multiple: true, help: 'a name' },
  force: { type: 'boolean', short: 'f', help: 'overwrite' },
} as const;

const commandThat = (run: Command['run'], rest: Partial<Command> = {}): Command =>
  defineCommand({ name: 'work', summary: 'do some work', options: OPTIONS, run, ...rest });

const runWith = async (command: Command, args: readonly string[], signal = new AbortController().signal) => {
  let stdout = '';
  let stderr = '';
  const commands: Commands = { work: async () => ({ command }) };
  const status = await main(
    args,
    {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      env: {},
      cwd: '/',
      signal,
    },
    commands,
  );
  return { status, stdout, stderr };
};

const echo = commandThat(
  async ({ stdout }, { values, operands }) => {
    stdout.write(JSON.stringify({ ...values, operands }));
    return 0;
  },
  { operands: [0, 2] },
);

describe('arguments that are right', () => {
  test.each<[readonly string[], object]>([
    [[], { operands: [] }],
    [['a', 'b'], { operands: ['a', 'b'] }],
    [['--output', 'x', 'a'], { output: 'x', operands: ['a'] }],
    [['-o', 'x'], { output: 'x', operands: [] }],
    [['--output=x=y'], { output: 'x=y', operands: [] }],
    [['--output=-'], { output: '-', operands: [] }],
    [['--output', '-'], { output: '-', operands: [] }],
    [['--output='], { output: '', operands: [] }],
    [['--output=-x'], { output: '-x', operands: [] }],
    [['--name', 'a', '--name', 'b'], { name: ['a', 'b'], operands: [] }],
    [['-f'], { force: true, operands: [] }],
    [['--', '-f'], { operands: ['-f'] }],
    [['-fo', 'x'], { force: true, output: 'x', operands: [] }],
  ])('%j', async (args, parsed) => {
    const { status, stdout, stderr } = await runWith(echo, ['work', ...args]);
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual(parsed);
  });
});

describe('wrong usage', () => {
  test.each<[readonly string[], string, string]>([
    [['wrok'], 'unknown command `wrok`', 'did you mean `work`?'],
    [['zzzzzz'], 'unknown command `zzzzzz`', 'chatmail-image --help'],
    [['constructor'], 'unknown command `constructor`', ''],
    [['--forse'], 'unknown option `--forse`', 'chatmail-image --help'],
    [['work', '--forse'], 'unknown option `--forse`', 'did you mean --force?'],
    [['work', '--zzzzzz'], 'unknown option `--zzzzzz`', 'chatmail-image work --help'],
    [['work', '-z'], 'unknown option `-z`', ''],
    [['work', '--constructor'], 'unknown option `--constructor`', ''],
    [['work', '--output'], '`--output` needs a value', 'write --output FILE'],
    [['work', '-o', '--force'], '`-o` needs a value', 'write -o FILE'],
    [['work', '--force=yes'], '`--force` takes no value', ''],
    [['work', 'a', 'b', 'c'], 'unexpected argument `c`', ''],
    [['work', '\x1b[2J', 'b', '\x1b[2J'], 'unexpected argument `\\u{1b}[2J`', ''],
    [['help', 'wrok'], 'unknown command `wrok`', 'did you mean `work`?'],
  ])('%j: %s', async (args, message, hint) => {
    const { status, stdout, stderr } = await runWith(echo, args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`error: ${message}\n`);
    expect(stderr).toContain(hint);
  });

  test('too few operands', async () => {
    const command = commandThat(async () => 0, { operands: [1, 1], usage: 'FILE' });
    const { status, stderr } = await runWith(command, ['work']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('missing argument: FILE')]);
  });

  test('nothing at all: the help, on stderr', async () => {
    const { status, stdout, stderr } = await runWith(echo, []);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('usage: chatmail-image COMMAND');
  });
});

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']], [['help', 'help']], [['help', '--help']]])(
    '%j',
    async (args) => {
      const { status, stdout } = await runWith(echo, args);
      expect(status).toBe(0);
      expect(stdout).toContain('\n  work  do some work\n');
    },
  );

  test.each([
    [['work', '--help']],
    [['work', '-h', 'a', 'b', 'c']],
    [['help', 'work']],
    [['--help', 'work']],
  ])('%j', async (args) => {
    const { status, stdout, stderr } = await runWith(echo, args);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`usage: chatmail-image work [options]

do some work

options:
  -o, --output FILE  where to write
      --name VALUE   a name
  -f, --force        overwrite
  -h, --help         show this help
      --debug        show where an unexpected error happened
`);
  });

  test('--version', async () => {
    const { status, stdout } = await runWith(echo, ['--version']);
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/^chatmail-image \d+\.\d+\.\d+\n(dist\/release: .*\n)?$/),
    ]);
  });

  test.each([
    ['{"version":"1.2.3","url":"https://example.org/r"}', '1.2.3 from https://example.org/r'],
    ['{"version":"1.2.3"}', '1.2.3'],
  ])('--version where %s was released', async (manifest, shown) => {
    const cwd = await mkdtemp(join(tmpdir(), 'version-'));
    await mkdir(join(cwd, 'dist/release'), { recursive: true });
    await writeFile(join(cwd, 'dist/release/manifest.json'), manifest);
    expect(await versionText(cwd)).toBe(`chatmail-image ${VERSION}\ndist/release: ${shown}\n`);
    await writeFile(join(cwd, 'dist/release/manifest.json'), '{');
    expect(await versionText(cwd)).toBe(`chatmail-image ${VERSION}\n`);
    await rm(cwd, { recursive: true });
  });
});

describe('how a command can end', () => {
  test.each([0, 1, 2] as const)('with status %s', async (status) =>
    expect(
      await runWith(
        commandThat(async () => status),
        ['work'],
      ),
    ).toEqual({ status, stdout: '', stderr: '' }),
  );

  const ends: readonly [string, Command['run'], number, string][] = [
    ['fail', async ({ fail }) => fail('no disk', 'buy one'), 1, 'error: no disk\n  hint: buy one\n'],
    [
      'usage',
      async ({ usage }) => usage('no'),
      2,
      'error: no\n  chatmail-image work --help shows the usage\n',
    ],
    ['no problems', async ({ report }) => report([]), 0, ''],
    [
      'an error',
      async ({ report }) => report([{ code: 'missing-setting', severity: 'error', path: ['mail_domain'] }]),
      1,
      'error: `mail_domain` must be set\n\n1 error\n',
    ],
    [
      'a warning',
      async ({ report }) => report([{ code: 'no-effect', severity: 'warning', path: ['x'] }]),
      0,
      'warning: `x` has no effect here\n  hint: remove it\n\n1 warning\n',
    ],
    [
      'a failure',
      async () => {
        throw failure('mke2fs failed:\nno space\x1b', { hint: 'make some' });
      },
      1,
      'error: mke2fs failed:\n  no space\\u{1b}\n  hint: make some\n',
    ],
    [
      'a bug',
      async () => {
        throw new TypeError('x is not a function');
      },
      1,
      'error: unexpected: x is not a function\n  hint: --debug shows where\n',
    ],
    [
      'something odd',
      async () => {
        throw 'a text';
      },
      1,
      'error: unexpected: a text\n  hint: --debug shows where\n',
    ],
    [
      "a system's error",
      async () => {
        await import('node:fs/promises').then(({ readFile }) => readFile('/nowhere/x'));
        return 0;
      },
      1,
      'error: /nowhere/x: no such file or directory\n',
    ],
  ];
  test.each(ends)('with %s', async (_, run, status, stderr) =>
    expect(await runWith(commandThat(run), ['work'])).toEqual({ status, stdout: '', stderr }),
  );

  test('--debug shows the stack, and that of the cause', async () => {
    const command = commandThat(async () => {
      throw failure('no', { cause: new Error('deep below') });
    });
    const { stderr } = await runWith(command, ['work', '--debug']);
    expect(stderr).toMatch(/^error: no\n[\s\S]*cli\.test\.ts[\s\S]*Error: deep below\n/);
  });
});

describe('when interrupted', () => {
  const interruptible = (then: () => Promise<0>) =>
    commandThat(async ({ signal, stdout }) => {
      stdout.write('working');
      await once(signal, 'abort');
      return then();
    });
  const interrupt = async (command: Command) => {
    const controller = new AbortController();
    const result = runWith(command, ['work'], controller.signal);
    setImmediate(() => controller.abort());
    return result;
  };

  test('giving up ends with 130 and no words', async () => {
    const command = interruptible(() => Promise.reject(new DOMException('aborted', 'AbortError')));
    expect(await interrupt(command)).toEqual({ status: 130, stdout: 'working', stderr: '' });
  });

  test('a command may take it for its end', async () =>
    expect(await interrupt(interruptible(async () => 0))).toMatchObject({ status: 0 }));
});

test.each(Object.entries(COMMANDS))('the command %s goes by its name', async (name, load) => {
  const { command } = await load();
  expect(command.name).toBe(name);
  expect(command.summary).toMatch(/^[a-z].*[^.]$/);
  for (const { help } of Object.values(command.options)) expect(help).not.toMatch(/\.$/);
});
