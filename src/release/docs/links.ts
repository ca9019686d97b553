import { posix } from 'node:path';

/** Pages by the path of their Markdown file in the project: the path of the HTML file among the docs. */
export type Pages = ReadonlyMap<string, string>;

/** `README.md` → `readme.html`; `docs/providers/aws.md` → `providers/aws.html`; a folder's README is its index. */
export const pageOf = (source: string): string =>
  source
    .replace(/^docs\//, '')
    .replace(/\/README\.md$/, '/index.html')
    .replace(/\.md$/, '.html')
    .toLowerCase();

/** The way from one page to another. */
export const between = (from: string, to: string): string => posix.relative(posix.dirname(from), to);

/**
 * Where a link in a Markdown file leads among the pages. Nothing for what is in the project and not among them: it is
 * published nowhere.
 */
export const resolveLink = (href: string, source: string, pages: Pages): string | undefined => {
  if (/^(https?:|mailto:|#)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.join(posix.dirname(source), path);
  const page = pages.get(target) ?? pages.get(posix.join(target, 'README.md'));
  if (page === undefined) return undefined;
  return between(pageOf(source), page) + (anchor === undefined ? '' : `#${anchor}`);
};

/** Names for the headings of one page, as forges give them, so that links work there and here. */
export const createAnchors = (): ((heading: string) => string) => {
  const used = new Map<string, number>();
  return (heading) => {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const times = used.get(name) ?? 0;
    used.set(name, times + 1);
    return times === 0 ? name : `${name}-${times}`;
  };
};
