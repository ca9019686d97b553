import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT } from '../src/package/paths.ts';

/** Everything below a folder of the project, by its path there. */
const filesIn = (folder: string): string[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));

const source = filesIn('src');
const tests = filesIn('test');
const textOf = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');

/** What a file imports or hands on: names, each with the file it is from. */
const importsOf = (path: string): string[] =>
  [...textOf(path).matchAll(/^(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'(\.[^']+)'/gm)].flatMap(
    ([, names = '', from = '']) =>
      names
        .split(',')
        .map(
          (name) =>
            name
              .trim()
              .replace(/^type /, '')
              .split(' as ')[0],
        )
        .filter(Boolean)
        .map((name) => `${join(dirname(path), from)} ${name}`),
  );

const exportsOf = (path: string): string[] =>
  [
    ...textOf(path).matchAll(
      /^export (?:(?:async|abstract|declare) )*(?:const|let|function\*?|class|type|interface) (\w+)/gm,
    ),
  ].map(([, name]) => `${path} ${name}`);

/** `cli.ts` imports a command when it is called. */
const isCommand = (path: string): boolean => /^src\/commands\/[\w-]+\.ts$/.test(path);

/** Where programs and the library begin. */
const ENTRIES = [
  'src/cli.ts',
  'src/generate.ts',
  'src/index.ts',
  'src/packer/index.ts',
  'src/package/bundle.ts',
  'src/relay/main.ts',
  'src/relay/echobot/main.ts',
  'src/squeeze/unpack.ts',
];

test('every export is imported somewhere', () => {
  const imported = new Set([...source, ...tests].flatMap(importsOf));
  const unused = source
    .flatMap(exportsOf)
    .filter((one) => !imported.has(one))
    .filter((one) => !(one.endsWith(' command') && isCommand(one.split(' ')[0] ?? '')));
  expect(unused).toEqual([]);
});

test('every file is part of a program: none is there for tests alone', () => {
  const imported = new Set(source.flatMap(importsOf).map((one) => one.split(' ')[0] ?? ''));
  const alone = source.filter((path) => !imported.has(path) && !ENTRIES.includes(path) && !isCommand(path));
  expect(alone).toEqual([]);
});
