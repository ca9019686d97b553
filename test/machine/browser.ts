import { mkdir } from 'node:fs/promises';
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
