import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import * as textParts from '../cloud-init/text-parts.ts';
import { constantsOnly } from '../package/constants-only.ts';
import { PROJECT, TEXT_MAKER } from '../package/paths.ts';

const PAGE = `${PROJECT}src/text-maker/page`;

/** The program of the page, with the code that renders user-data in it. */
const script = async (): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [`${PAGE}/main.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [constantsOnly([[/\/cloud-init\/text-parts\.ts$/, textParts]])],
    alias: { 'node:net': `${PAGE}/node.ts`, 'node:url': `${PAGE}/node.ts` },
  });
  return outputFiles[0]?.text.trim() ?? '';
};

/** Its own style, in the colours of a relay's pages. */
const style = async (): Promise<string> => {
  const colours = (await readFile(`${PROJECT}www/style.css`, 'utf8')).match(/^.*:root\{.*$/gm) ?? [];
  const { outputFiles } = await build({
    stdin: {
      contents: colours.join('\n') + (await readFile(`${PAGE}/style.css`, 'utf8')),
      loader: 'css',
    },
    minify: true,
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0]?.text.trim() ?? '';
};

/** As the policy names an inline script or style (CSP Level 3 §2.3.1). */
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

// Part of `npm run build`: one file that loads nothing.
const [code, css] = [await script(), await style()];
const policy = [
  "default-src 'none'",
  `script-src ${hashOf(code)}`,
  `style-src ${hashOf(css)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ');
const icon = `data:image/svg+xml,${encodeURIComponent((await readFile(`${PROJECT}www/logo.svg`, 'utf8')).trim())}`;
const page = await readFile(`${PAGE}/page.html`, 'utf8');
const filled = page
  .replaceAll('"ICON"', () => `"${icon}"`)
  .replace('content="POLICY"', () => `content="${policy}"`)
  .replace('<style></style>', () => `<style>${css}</style>`)
  .replace('<script></script>', () => `<script>${code}</script>`);
await writeFile(TEXT_MAKER, filled);
