import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseArguments } from '../src/cli/parse-arguments.ts';
import { COMMANDS } from '../src/cli.ts';
import { readYaml } from '../src/config/read-yaml.ts';
import { resolve } from '../src/config/resolve.ts';
import { PATHS } from '../src/model/model.ts';
import { PROGRAM, PROJECT } from '../src/package/paths.ts';
import { extras } from '../src/relay/extras.ts';
import { readArguments } from '../src/relay/lib/command.ts';
import { EXTRA_COMMANDS } from '../src/relay/lib/extras.ts';

const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: PROJECT, encoding: 'utf8' })
  .trim()
  .split('\n');

const textOf = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');

/** The fragment by which a heading is linked to. */
const fragmentOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const fragmentsIn = (text: string): string[] =>
  [...text.replace(/```.*?```/gs, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => fragmentOf(heading));

/** Targets of links within the project that lead nowhere. */
const brokenLinks = (path: string): string[] =>
  [...textOf(path).matchAll(/\]\((?!https?:|mailto:)([^)]+)\)/g)].flatMap(([, target = '']) => {
    const [file = '', fragment] = target.split('#');
    const found = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(PROJECT, found))) return [target];
    return fragment === undefined || fragmentsIn(textOf(found)).includes(fragment) ? [] : [target];
  });

test('there are documents', () => {
  expect(documents).toContain('README.md');
});

test.each(documents)('every link in %s leads somewhere', (path) => {
  expect(brokenLinks(path)).toEqual([]);
});

interface Block {
  readonly path: string;
  readonly language: string;
  readonly text: string;
}

const blocksOf = (path: string): readonly Block[] =>
  [...textOf(path).matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent = '', language = '', text = '']) => ({
      path,
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );

const blocks = documents.flatMap(blocksOf);
const blocksIn = (language: string): readonly Block[] =>
  blocks.filter((block) => block.language === language);

const checkProgram = async (line: string): Promise<void> => {
  const [name = '', ...args] = line.replace(/^.*node lib\/cli\.js /, '').split(' ');
  const command = await COMMANDS[name]?.().then((loaded) => loaded.command);
  if (!command) throw new Error(`there is no command ${name}`);
  expect(parseArguments(command, args)).not.toHaveProperty('message');
};

/** Commands of the relay's core that a person may give, and how they are used: by its own help. */
const coreUsages = (): ReadonlyMap<string, string> => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  try {
    // Outside of this package, which would have Node take it for a module.
    copyFileSync(PROGRAM, join(folder, 'chatmail'));
    const help = (...args: string[]): string =>
      execFileSync('node', ['chatmail', ...args, '--help'], { cwd: folder, encoding: 'utf8' });
    const names = [...help().matchAll(/^ {2}([\w-]+) /gm)].map(([, name = '']) => name);
    return new Map(
      names
        .filter((name) => !EXTRA_COMMANDS.includes(name))
        .map((name) => [name, help(name).split('\n')[0]?.slice(`chatmail ${name}`.length) ?? '']),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Whether a line such as `npm ci && npm run image` can be run; what follows `--` are arguments of the script's end. */
const checkNpm = async (line: string): Promise<void> => {
  const { scripts } = JSON.parse(textOf('package.json'));
  for (const part of line.split(' && ')) {
    const [, , name = '', args] = /^npm (run )?([\w:]+)(?: -- (.*))?$/.exec(part) ?? [];
    expect(['ci', ...Object.keys(scripts)]).toContain(name);
    if (args !== undefined) await checkProgram(`${scripts[name].split(' && ').at(-1)} ${args}`);
  }
};

const core = { configure: async () => 0, settingsProblem: async () => undefined };
const usages = new Map([
  ...coreUsages(),
  ...Object.entries(extras(core)).map(([name, { usage }]) => [name, usage] as const),
]);

/** Whether the relay has the commands of a line such as `ssh root@HOST chatmail backup > FILE`, with these options. */
const checkInRelay = (line: string): void => {
  for (const part of line.split(' | ')) {
    const [first = '', second = '', ...rest] = part
      .replace(/^(.* )?chatmail /, '')
      .replace(/ [<>] \S+$/, '')
      .split(' ');
    const name = [`${first} ${second}`, first].find((one) => usages.has(one));
    if (name === undefined) expect(['help', '--version']).toContain(first);
    else {
      const args = name === first ? [second, ...rest].filter(Boolean) : rest;
      expect(readArguments(usages.get(name) ?? '', args)).toBeTypeOf('object');
    }
  }
};

test('the relay has commands', () => {
  expect([...usages.keys()]).toEqual(
    expect.arrayContaining(['status', 'configure', 'users block', 'backup']),
  );
});

interface LineKind {
  /** What is checked of such a line, or why it is not run. */
  readonly kind: string;
  readonly pattern: RegExp;
  readonly check?: (line: string) => void | Promise<void>;
}

/** The lines that a block for a shell may have. */
const LINES: readonly LineKind[] = [
  { kind: 'a script of the package', pattern: /^npm [\w:]+/, check: checkNpm },
  { kind: 'parsed by the program', pattern: /^(\w+=\.\.\. )?node lib\/cli\.js /, check: checkProgram },
  {
    kind: 'needs a relay: the command is one of its own',
    pattern: /^((^| \| )(ssh \w+@[\w.]+ (sudo )?)?chatmail [^|]+)+$/,
    check: checkInRelay,
  },
  {
    kind: 'needs a machine at a provider: machine/script.test.ts runs the script',
    pattern: /^(scp relay\.txt \w+@ADDRESS:|ssh \w+@ADDRESS (sudo )?sh relay\.txt)$/,
  },
  {
    kind: 'needs an upstream relay: machine/state.test.ts restores such a tar',
    pattern: /^tar --create --directory=\/ --xattrs .* > relay\.tar$/,
  },
  {
    kind: 'is run by release/publish.test.ts',
    pattern: /^(rsync --archive|git clone --branch pages|git -C pages) /,
  },
  { kind: 'needs an account to publish at', pattern: /^aws s3 sync dist\/release/ },
  { kind: 'runs until it is interrupted', pattern: /^python3 -m http\.server --directory dist\/release$/ },
  { kind: 'needs two networks', pattern: /^nft add (table|chain|rule) ip relay\b/ },
];

const shellLines = blocksIn('sh').flatMap(({ path, text }) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => [path, line] as const),
);

test('documents besides the README show commands of this program', () => {
  expect(
    shellLines.filter(([path, line]) => path.startsWith('docs/') && line.includes('cli.js')),
  ).not.toEqual([]);
});

test.each(shellLines)('%s: `%s` is of a kind that is checked, or says why not', async (_, line) => {
  const kinds = LINES.filter(({ pattern }) => pattern.test(line));
  expect(kinds).toHaveLength(1);
  await kinds[0]?.check?.(line);
});

/** The changelog has commands of earlier versions. */
const mentioned = documents
  .filter((path) => path !== 'CHANGELOG.md')
  .flatMap((path) =>
    [...textOf(path).matchAll(/`(chatmail [^`\n]+)`/g)].map(([, line = '']) => [path, line] as const),
  );

test.each(mentioned)('%s: `%s` is a command of the relay', (_, line) => checkInRelay(line));

/** What else a block may be: by whom it is checked, and in which documents. */
const LANGUAGES: Readonly<Record<string, readonly string[]>> = {
  sh: documents,
  // Below.
  js: documents,
  yaml: documents,
  // terraform.test.ts
  hcl: ['docs/terraform.md'],
  // machine/front-proxy.test.ts
  nginx: ['docs/front-proxy.md'],
  haproxy: ['docs/front-proxy.md'],
  // What an example prints; pictures.
  text: ['docs/api.md', 'docs/architecture.md'],
};

test.each(blocks.map(({ path, language }) => [path, language]))(
  '%s: a block in %j is checked',
  (path, language) => {
    expect(LANGUAGES[language] ?? []).toContain(path);
  },
);

const printed = (text: string, path: string): string =>
  textOf(path).split(`\`\`\`js\n${text}\`\`\`\n\n\`\`\`text\n`)[1]?.split('```')[0] ?? '';

// With the package as its users have it: what `npm run build` has made, under its name.
test.each(blocksIn('js').map(({ path, text }, index) => [path, index + 1, text] as const))(
  '%s: JavaScript example %i runs, and prints what stands below it',
  async (path, _, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'docs-'));
    try {
      await mkdir(join(folder, 'node_modules'));
      await symlink(PROJECT, join(folder, 'node_modules/chatmail-image'));
      await writeFile(join(folder, 'example.mjs'), text);
      const { stdout, stderr } = await execa('node', ['example.mjs'], {
        cwd: folder,
        stripFinalNewline: false,
      });
      expect({ stdout, stderr }).toEqual({ stdout: printed(text, path), stderr: '' });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  60_000,
);

test.each(blocksIn('yaml').map(({ path, text }) => [path, text]))('%s: YAML is good user-data', (_, text) => {
  const { write_files } = parse(text);
  for (const { path, content } of write_files) {
    expect(path).toBe(PATHS.settings);
    expect(resolve(readYaml({ name: path, text: content }))).toMatchObject({ ok: true, problems: [] });
  }
});

/** Every name that a module exports, types too. */
const exportsOf = (module: string): readonly string[] =>
  [...textOf(module).matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter(Boolean),
  );

test.each([
  ['src/index.ts', '## `chatmail-image`\n'],
  ['src/packer/index.ts', '## `chatmail-image/packer`\n'],
])('docs/api.md has a row for each export of %s', (module, heading) => {
  const section = textOf('docs/api.md').split(heading)[1]?.split(/^## /m)[0] ?? '';
  const table = section.split('| export | what it is |\n')[1]?.split('\n\n')[0] ?? '';
  const names = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)/g)].map(([, name = '']) => name),
  );
  expect(names.sort()).toEqual([...exportsOf(module)].sort());
});

const ISSUE_TEMPLATES = documents.filter((path) => path.startsWith('.github/ISSUE_TEMPLATE/'));

test.each(ISSUE_TEMPLATES)('%s has a name and says what it is about', (path) => {
  expect(textOf(path)).toMatch(/^---\nname: .+\nabout: .+\n---\n/);
});

// A relative link in an issue leads nowhere: its text names files instead.
test.each(ISSUE_TEMPLATES)('%s names files that exist', (path) => {
  const files = [...textOf(path).matchAll(/`([\w/.-]+\.md)`/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
});
