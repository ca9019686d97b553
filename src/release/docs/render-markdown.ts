import { Marked, type Token, type Tokens } from 'marked';
import { escapeHtml } from './escape-html.ts';
import { createAnchors, type Pages, resolveLink } from './links.ts';

/** A Markdown file as a page shows it. */
interface RenderedPage {
  readonly title: string;
  readonly html: string;
}

/** What a reader reads, without marks. */
const plain = (tokens: readonly Token[] = []): string =>
  tokens.map((token) => ('tokens' in token && token.tokens ? plain(token.tokens) : textOf(token))).join('');
const textOf = (token: Token): string => ('text' in token ? String(token.text) : token.raw);

/** Can be scrolled by keyboard where it is wider than the page (WCAG 2.1.1). */
const SCROLLS = 'tabindex="0"';

/** A renderer for one file: links lead to pages, headings have names, and HTML is shown rather than obeyed. */
const rendererFor = (source: string, pages: Pages) => {
  const anchor = createAnchors();
  const marked = new Marked({ async: false, gfm: true });
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        return `<h${depth} id="${escapeHtml(anchor(plain(tokens)))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        const target = resolveLink(href, source, pages);
        return target === undefined ? text : `<a href="${escapeHtml(target)}">${text}</a>`;
      },
      code: ({ text }) => `<pre ${SCROLLS}><code>${escapeHtml(text)}</code></pre>\n`,
      table(token) {
        const row = (cells: readonly Tokens.TableCell[]) =>
          `<tr>${cells.map((cell) => this.tablecell(cell).trim()).join('')}</tr>\n`;
        // Markdown's tables have a header, some of them an empty one.
        const head = token.header.some(({ text }) => text !== '')
          ? `<thead>${row(token.header)}</thead>`
          : '';
        const body = `<tbody>${token.rows.map(row).join('')}</tbody>`;
        return `<div class="table" ${SCROLLS}><table>${head}${body}</table></div>\n`;
      },
      html: ({ text }) => escapeHtml(text.replace(/<!--.*?-->\s*/gs, '')),
      image: ({ text }) => escapeHtml(text),
    },
  });
  return marked;
};

/** Renders a Markdown file of the project. The same bytes for the same text and pages. */
export const renderMarkdown = (text: string, source: string, pages: Pages): RenderedPage => {
  const marked = rendererFor(source, pages);
  const tokens = marked.lexer(text);
  const title = tokens.find((token): token is Tokens.Heading => token.type === 'heading');
  return {
    title: plain(title?.tokens) || source,
    html: marked.parser(tokens),
  };
};
