import { escapeHtml } from './escape-html.ts';

/** A page as the list of all pages has it. */
export interface Entry {
  /** Among the docs: `providers/aws.html`. */
  readonly path: string;
  readonly title: string;
}

/** A file of the release, and what it is. */
export interface ReleaseFile {
  readonly name: string;
  readonly what: string;
}

const link = (path: string, text: string): string => `<a href="${escapeHtml(path)}">${escapeHtml(text)}</a>`;

const list = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${item}</li>\n`).join('')}</ul>\n`;

/** Of `Hetzner Cloud: a relay on …` the part that tells it from the others. */
const shortTitle = (title: string): string => title.replace(/:.*/, '');

/** What `<main>` of the list of all pages has, the files of the release among them. */
export const indexHtml = (pages: readonly Entry[], files: readonly ReleaseFile[]): string => {
  const inFolder = (folder: string): string =>
    list(
      pages
        .filter(({ path }) => path.startsWith(`${folder}/`) && !path.endsWith('/index.html'))
        .map(({ path, title }) => link(path, shortTitle(title))),
    );
  const guides = pages.filter(({ path }) => !path.includes('/'));
  return `<h1>Documents</h1>
${list(guides.map(({ path, title }) => link(path, path === 'readme.html' ? `${title}: start here` : title)))}<h2>Providers</h2>
${inFolder('providers')}<h2>${link('decisions/index.html', 'Decisions')}</h2>
${inFolder('decisions')}<h2>Files of this release</h2>
${list(files.map(({ name, what }) => `${link(`../${name}`, name)}: ${escapeHtml(what)}`))}`;
};
