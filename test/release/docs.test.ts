import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createAnchors, pageOf, resolveLink } from '../../src/release/docs/links.ts';
import { renderMarkdown } from '../../src/release/docs/render-markdown.ts';
import { faultsOf, launchBrowser, picture } from '../machine/browser.ts';
import { runRelease } from './command.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let folder: string;
let browser: Browser;
let pages: ReadonlyMap<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-docs-'));
  await runRelease(['--without-images', '-o', 'release'], folder);
  const names = await readdir(join(folder, 'release/docs'), { recursive: true });
  const files = names
    .filter((name) => name.endsWith('.html'))
    .map((name) => join(folder, 'release/docs', name));
  pages = new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const)),
  );
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const SOURCES = new Map(
  ['README.md', 'docs/faq.md', 'docs/providers/aws.md', 'docs/decisions/README.md'].map((path) => [
    path,
    pageOf(path),
  ]),
);

test.each([
  ['README.md', 'docs/faq.md', 'faq.html'],
  ['README.md', 'docs/providers/aws.md#log-in', 'providers/aws.html#log-in'],
  ['docs/providers/aws.md', '../../README.md#settings', '../readme.html#settings'],
  ['docs/providers/aws.md', '../decisions', '../decisions/index.html'],
  ['docs/faq.md', '#here', '#here'],
  ['docs/faq.md', 'https://delta.chat', 'https://delta.chat'],
  ['docs/faq.md', 'mailto:a@example.org', 'mailto:a@example.org'],
  ['README.md', 'packer', undefined],
  ['README.md', 'src/cli.ts', undefined],
  ['README.md', '../elsewhere.md', undefined],
  ['README.md', 'javascript:alert(1)', undefined],
])('in %s, %s leads to %s', (source, href, target) =>
  expect(resolveLink(href, source, SOURCES)).toBe(target),
);

test('headings are named as forges do it', () => {
  const anchor = createAnchors();
  expect(['Log in, and change settings later', 'What `--key` is', 'Twice', 'Twice'].map(anchor)).toEqual([
    'log-in-and-change-settings-later',
    'what---key-is',
    'twice',
    'twice-1',
  ]);
});

test('HTML in a document is shown, comments are left out, and links to nowhere are text', () => {
  const text = '<!-- no -->\n# A `b` & c\n\n[x](src/cli.ts) <script>alert(1)</script>\n\n![](a.png)\n';
  const { title, html } = renderMarkdown(text, 'README.md', SOURCES);
  expect(title).toBe('A b & c');
  expect(html).toBe(
    '<h1 id="a-b--c">A <code>b</code> &amp; c</h1>\n' +
      '<p>x &lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p></p>\n',
  );
});

test('every link in the documents leads to a file of the release, and to a place in it', async () => {
  expect(pages.size).toBeGreaterThan(45);
  const broken: string[] = [];
  let links = 0;
  for (const [file, html] of pages)
    for (const [, href = ''] of html.matchAll(/ href="([^"]*)"/g)) {
      if (/^(https?:|mailto:)/.test(href)) continue;
      links += 1;
      const [path = '', anchor] = href.split('#');
      const target = path === '' ? file : resolve(dirname(file), path);
      const content = pages.get(target) ?? (await readFile(target, 'utf8').catch(() => undefined));
      if (content === undefined || (anchor && !content.includes(` id="${anchor}"`)))
        broken.push(`${file}: ${href}`);
    }
  expect(broken).toEqual([]);
  expect(links).toBeGreaterThan(200);
});

test('every document is in the list of all pages', () => {
  const index = pages.get(join(folder, 'release/docs/index.html')) ?? '';
  const listed = [...index.matchAll(/ href="([^"]*\.html)"/g)].map(([, path = '']) =>
    join(folder, 'release/docs', path),
  );
  expect([...pages.keys()].filter((file) => !listed.includes(file))).toEqual([]);
});

test.each(['index.html', 'readme.html', 'providers/hetzner.html'])(
  '%s from disk: no request, its own style, nothing that axe or a phone minds',
  async (path) => {
    const page = await browser.newPage();
    const seen: string[] = [];
    page.on('request', (request) => seen.push(request.url()));
    page.on('console', (message) => seen.push(message.text()));
    const url = pathToFileURL(join(folder, 'release/docs', path)).href;
    await page.goto(url);
    expect(seen).toEqual([url]);
    const colour = () =>
      page.evaluate<string>('getComputedStyle(document.querySelector("main")).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await colour()).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colour()).toBe('rgb(22, 33, 31)');
    expect(await faultsOf(page)).toEqual([]);
    const name = `docs-${path.replaceAll('/', '-').replace('.html', '')}`;
    await picture(page, `${name}-desktop-dark`);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(page, `${name}-phone`);
    await page.close();
  },
);
