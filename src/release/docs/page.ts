import { createHash } from 'node:crypto';
import { escapeHtml } from './escape-html.ts';
import { between } from './links.ts';

interface Page {
  /** Among the docs: `providers/aws.html`. */
  readonly path: string;
  readonly title: string;
  /** Of the project, which every page shows. */
  readonly version: string;
  readonly style: string;
  /** Inside `<main>`. */
  readonly html: string;
}

const hashOf = (style: string): string => createHash('sha256').update(style).digest('base64');

/** Styles without what only their source needs. */
const withoutSpace = (css: string): string =>
  css
    .replace(/\s*\n\s*/g, '')
    .replace(/\s*([{:,;>])\s+/g, '$1')
    .replaceAll(' {', '{');

/**
 * A whole page. It needs nothing but itself, and by its policy asks for nothing: the style is in it, named by its hash,
 * as browsers disagree on what `'self'` means for a file (CSP Level 3 §6.7.2.8).
 */
export const renderPage = ({ path, title, version, style, html }: Page): string => {
  const css = withoutSpace(style);
  const policy = `default-src 'none'; style-src 'sha256-${hashOf(css)}'; base-uri 'none'; form-action 'none'`;
  const link = (to: string, text: string) => `<a href="${between(path, to)}">${text}</a>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · chatmail-image</title>
<style>${css}</style>
</head>
<body>
<nav aria-label="chatmail-image"><b>chatmail-image ${escapeHtml(version)}</b>${link('index.html', 'All pages')}${link('../index.html', 'Make a text')}</nav>
<main>
${html}</main>
</body>
</html>
`;
};
