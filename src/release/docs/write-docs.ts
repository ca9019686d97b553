import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PROJECT } from '../../package/paths.ts';
import { VERSION } from '../../version.ts';
import { type Entry, indexHtml, type ReleaseFile } from './index-page.ts';
import { pageOf } from './links.ts';
import { renderPage } from './page.ts';
import { renderMarkdown } from './render-markdown.ts';

/** In the order of the list of pages; what is in `docs` follows. */
const FIRST = ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'CONTRIBUTING.md'] as const;

/** The Markdown files that are published, by their paths in the project. */
const findSources = async (): Promise<string[]> => {
  const docs = await readdir(join(PROJECT, 'docs'), { recursive: true });
  const pages = docs.filter((path) => path.endsWith('.md')).map((path) => `docs/${path}`);
  return [...FIRST, ...pages.sort()];
};

/** Writes the project's documents as HTML into a new folder, with a list of them that also names the release's files. */
export const writeDocs = async (folder: string, files: readonly ReleaseFile[]): Promise<void> => {
  const style = await readFile(join(PROJECT, 'docs/style.css'), 'utf8');
  const sources = await findSources();
  const pages = new Map(sources.map((source) => [source, pageOf(source)]));
  await rm(folder, { recursive: true, force: true });
  const write = async (path: string, title: string, html: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), renderPage({ path, title, version: VERSION, style, html }));
  };
  const list: Entry[] = [];
  for (const [source, path] of pages) {
    const text = await readFile(join(PROJECT, source), 'utf8');
    const { title, html } = renderMarkdown(text, source, pages);
    await write(path, title, html);
    list.push({ path, title });
  }
  await write('index.html', 'Documents', indexHtml(list, files));
};
