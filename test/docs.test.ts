import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
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
