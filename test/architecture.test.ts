import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT } from '../src/package/paths.ts';

const SRC = join(PROJECT, 'src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

/** `relay/lib/log.ts` → `relay/lib`; `image/disk.ts` → `image`. */
const partOf = (path: string): string => {
  const [first = '', second = ''] = path.split('/');
  return first === 'relay' && !second.endsWith('.ts') ? `relay/${second}` : first.replace(/\.ts$/, '');
};

const importsOf = (path: string): string[] =>
  [...readFileSync(join(SRC, path), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(
    ([, target = '']) => relative(SRC, join(SRC, dirname(path), target)),
  );

/** Which module may use which is said in `docs/architecture.md` and nowhere else: here it is read. */
const DOCUMENT = readFileSync(join(PROJECT, 'docs/architecture.md'), 'utf8');
const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
const BASE = codeIn(/^The \*\*base\*\* is .*/m.exec(DOCUMENT)?.[0] ?? '');

/** What each module may import besides itself: one way, from the verbs down to the settings. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [...DOCUMENT.matchAll(/^\| (`.*?) \| .* \| (.*?) ?\|$/gm)].flatMap(([, modules = '', uses = '']) => {
    const allowed = [...codeIn(uses), ...(/\bbase\b/.test(uses) ? BASE : [])];
    return codeIn(modules).map((module) => [module, allowed] as const);
  }),
);

test('every module is in the table, and no other', () =>
  expect(Object.keys(MAY_IMPORT).sort()).toEqual([...new Set(files.map(partOf))].sort()));

test('what a module may use, it uses', () => {
  const uses = new Set(
    files.flatMap((path) => importsOf(path).map((target) => `${partOf(path)} ${partOf(target)}`)),
  );
  const unused = Object.entries(MAY_IMPORT).flatMap(([module, allowed]) =>
    allowed
      .filter((other) => !BASE.includes(other) && !uses.has(`${module} ${other}`))
      .map((other) => `${module} ${other}`),
  );
  expect(unused).toEqual([]);
});

test.each(files)('%s imports only what its part may', (path) => {
  const part = partOf(path);
  const allowed = [part, ...(MAY_IMPORT[part] ?? [])];
  const others = importsOf(path).filter((target) => !allowed.includes(partOf(target)));
  expect(others).toEqual([]);
});

/** Everything below a folder of the project, by its path there. */
const filesIn = (folder: string): string[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));

const source = filesIn('src');
const tests = filesIn('test');
const textOf = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');

/** What a file imports or hands on: names, each with the file it is from. */
const namesFrom = (path: string): string[] =>
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
  'src/relay/extras.ts',
  'src/relay/invitations/main.ts',
  'src/relay/main.ts',
  'src/relay/trial.ts',
  'src/relay/echobot/main.ts',
  'src/squeeze/unpack.ts',
  'src/text-maker/build.ts',
  'src/text-maker/page/main.ts',
  'src/text-maker/page/node.ts',
];

test('every export is imported somewhere', () => {
  const imported = new Set([...source, ...tests].flatMap(namesFrom));
  const unused = source
    .flatMap(exportsOf)
    .filter((one) => !imported.has(one))
    .filter((one) => !(one.endsWith(' command') && isCommand(one.split(' ')[0] ?? '')));
  expect(unused).toEqual([]);
});

test('every file is part of a program: none is there for tests alone', () => {
  const imported = new Set(source.flatMap(namesFrom).map((one) => one.split(' ')[0] ?? ''));
  const alone = source.filter((path) => !imported.has(path) && !ENTRIES.includes(path) && !isCommand(path));
  expect(alone).toEqual([]);
});
