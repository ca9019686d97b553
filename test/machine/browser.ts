import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where a person can look at them. */
const SCREENSHOTS = 'dist/screenshots';
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Debian's Chromium, which asks nobody but the pages it is shown; `addresses` of names are its DNS. */
export const launchBrowser = (addresses: Readonly<Record<string, string>> = {}): Promise<Browser> => {
  const rules = Object.entries(addresses).map(([name, address]) => `MAP ${name} ${address}`);
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', ...QUIET, `--host-resolver-rules=${rules}`],
  });
};

export const picture = async (page: Page, name: string): Promise<void> => {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
};

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Every rule of axe, with what is folded unfolded. */
const RUN_AXE = `document.querySelectorAll('details').forEach((one) => { one.open = true; });
axe.run().then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`;

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;

/** What is wrong with a page for somebody who sees little, or uses no mouse, or a phone, by day and by night. */
export const faultsOf = async (page: Page): Promise<string[]> => {
  const faults: string[] = [];
  await page.evaluate(AXE);
  for (const [device, size] of Object.entries(SIZES))
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      const found = await page.evaluate<string[]>(RUN_AXE);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      if (width > size.width) found.push(`scrolls sideways: ${width} pixels`);
      faults.push(...found.map((fault) => `${device}, ${colorScheme}: ${fault}`));
    }
  return faults;
};
