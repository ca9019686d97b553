import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseArguments } from '../src/cli/parse-arguments.ts';
import { COMMANDS } from '../src/cli.ts';
import { PROJECT } from '../src/package/paths.ts';

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

/** The commands of this program in the fenced shell blocks of a document. */
const programLines = (path: string): string[] =>
  [...textOf(path).matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .flatMap((line) => line.match(/\bnode lib\/cli\.js (.*)$/)?.[1] ?? []);

const commandsInDocuments = documents.flatMap((path) =>
  programLines(path).map((line) => [path, line] as const),
);

test('documents besides the README show commands of this program', () => {
  expect(commandsInDocuments.filter(([path]) => path.startsWith('docs/')).length).toBeGreaterThan(0);
});

test.each(commandsInDocuments)('%s: `%s` has a command and options that exist', async (_, line) => {
  const [name = '', ...args] = line.split(' ');
  const command = await COMMANDS[name]?.().then((loaded) => loaded.command);
  if (!command) throw new Error(`there is no command ${name}`);
  expect(parseArguments(command, args)).not.toHaveProperty('message');
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
